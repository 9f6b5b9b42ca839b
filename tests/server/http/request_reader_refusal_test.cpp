// Everything two HTTP readers could understand differently, and what no client sends by accident.
// The same table is sent over sockets by tests/http/malformed_requests.test.mjs.

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "http/request_reader.h"
#include "support/catch.h"

using namespace consent::http;
using nlohmann::json;

namespace {

struct Refusal {
  std::string name;
  int status = 0;
  std::string bytes;
};

// The table writes each byte as the character of the same number.
std::string bytes_of(const std::string& utf8) {
  std::string bytes;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    if (lead < 0x80) {
      bytes += utf8[i];
      continue;
    }
    REQUIRE((lead == 0xC2 || lead == 0xC3));
    bytes += static_cast<char>((lead & 0x03U) << 6U | (utf8.at(++i) & 0x3FU));
  }
  return bytes;
}

std::string bytes_of(const json& part) {
  if (part.is_string()) return bytes_of(part.get<std::string>());
  const std::string repeated = bytes_of(part.at("repeat").get<std::string>());
  std::string bytes;
  for (auto times = part.at("times").get<std::size_t>(); times > 0; --times) bytes += repeated;
  return bytes;
}

std::vector<Refusal> refusals() {
  std::ifstream file(CONSENT_SOURCE_DIR "/tests/http/malformed_requests.json");
  std::vector<Refusal> table;
  for (const json& row : json::parse(file)) {
    Refusal refusal{row.at("name").get<std::string>(), row.at("status").get<int>(), ""};
    const json& bytes = row.at("bytes");
    for (const json& part : bytes.is_array() ? bytes : json::array({bytes})) {
      refusal.bytes += bytes_of(part);
    }
    table.push_back(std::move(refusal));
  }
  return table;
}

}  // namespace

TEST_CASE("Malformed and ambiguous requests are refused, in one go and byte by byte") {
  const std::vector<Refusal> table = refusals();
  REQUIRE(table.size() > 150);
  for (const Refusal& refusal : table) {
    CAPTURE(refusal.name);
    RequestReader whole({});
    whole.feed(refusal.bytes);
    CHECK(whole.is_refused());
    CHECK(whole.error().status == refusal.status);
    CHECK_FALSE(whole.error().detail.empty());

    RequestReader slow({});
    for (const char byte : refusal.bytes) slow.feed({&byte, 1});
    CHECK(slow.is_refused());
    CHECK(slow.error().status == refusal.status);
  }
}

TEST_CASE("A refused reader takes nothing more, so that no second request hides behind the first") {
  RequestReader reader({});
  reader.feed("GET / HTTP/1.1\r\n\r\nGET /admin HTTP/1.1\r\nHost: a\r\n\r\n");
  REQUIRE(reader.is_refused());
  CHECK(reader.feed("GET /admin HTTP/1.1\r\nHost: a\r\n\r\n") == 0);
  CHECK(reader.is_refused());
}
