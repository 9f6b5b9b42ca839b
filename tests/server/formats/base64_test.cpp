#include "formats/base64.h"

#include "support/catch.h"

namespace {

using consent::server::parse_base64;
using consent::server::to_base64;

std::string encoded(const std::vector<std::uint8_t>& bytes) { return to_base64(bytes); }

}  // namespace

TEST_CASE("base64 is that of RFC 4648 section 10, with padding") {
  CHECK(encoded({}).empty());
  CHECK(encoded({'f'}) == "Zg==");
  CHECK(encoded({'f', 'o'}) == "Zm8=");
  CHECK(encoded({'f', 'o', 'o'}) == "Zm9v");
  CHECK(encoded({'f', 'o', 'o', 'b'}) == "Zm9vYg==");
  CHECK(encoded({0xfb, 0xff}) == "+/8=");
}

TEST_CASE("base64 reads what it wrote, and nothing else") {
  for (unsigned size = 0; size < 9; ++size) {
    const std::vector<std::uint8_t> bytes(size, 0xfb);
    CHECK(parse_base64(encoded(bytes)) == bytes);
  }
  for (const char* text : {"Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "-_8=", "+_8=", "Zm9v\n", " Zm9v",
                           "=", "====", "Z===", "Zm=v", "Zg==Zg=="}) {
    INFO(text);
    CHECK_FALSE(parse_base64(text));
  }
  std::array<std::uint8_t, 2> two{};
  CHECK(parse_base64("Zm8=", two));
  CHECK_FALSE(parse_base64("Zm9v", two));
  CHECK_FALSE(parse_base64("Zg==", two));
}
