#include "crypto/aes_gcm.h"
#include "formats/hexadecimal.h"
#include "support/catch.h"
#include "vector_file.h"

namespace consent::vectors {
namespace {

server::Bytes bytes_of(const Json& hex) {
  const auto text = hex.get<std::string>();
  server::Bytes bytes(text.size() / 2);
  REQUIRE(server::parse_hex(text, bytes));
  return bytes;
}

}  // namespace

TEST_CASE("every seal vector opens, or does not, as SP 800-38D says") {
  server::AesGcm cipher;  // one for all: what did not open leaves nothing behind
  for_each_vector("seal", [&](const Json& vector, const Json&) {
    const Json& input = vector.at("input");
    const server::Bytes key = bytes_of(input.at("key"));
    const auto secret =
        server::SecretKey::from_bytes(std::span(key).first<server::SecretKey::kBytes>());
    server::Bytes plain(3, 1);
    const bool opened =
        cipher.open(secret, bytes_of(input.at("bound")), bytes_of(input.at("sealed")), plain);
    if (!opened) CHECK(plain.empty());
    const Json actual = {{"plain", opened ? Json(server::to_hex(plain)) : Json()}};
    CHECK(actual == vector.at("expect"));
  });
}

}  // namespace consent::vectors
