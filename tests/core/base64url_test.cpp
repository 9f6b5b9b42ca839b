#include "consent/base64url.h"

#include <array>
#include <string>
#include <vector>

#include "support/catch.h"

namespace {

std::string encoded(const std::vector<std::uint8_t>& bytes) {
  std::string text(consent::base64url_size(bytes.size()), '\0');
  CHECK(consent::base64url_encode(bytes, text) == text.size());
  return text;
}

bool decodes(std::string_view text) {
  std::array<std::uint8_t, 64> out{};
  return consent::base64url_decode(text, out).has_value();
}

}  // namespace

TEST_CASE("base64url encodes the vectors of RFC 4648 section 10 without padding") {
  CHECK(encoded({}).empty());
  CHECK(encoded({'f'}) == "Zg");
  CHECK(encoded({'f', 'o'}) == "Zm8");
  CHECK(encoded({'f', 'o', 'o'}) == "Zm9v");
  CHECK(encoded({'f', 'o', 'o', 'b', 'a', 'r'}) == "Zm9vYmFy");
  CHECK(encoded({0xfb, 0xff}) == "-_8");
}

TEST_CASE("base64url reads what it wrote, for every pair of bytes") {
  for (unsigned value = 0; value < 0x10000; ++value) {
    const std::vector<std::uint8_t> bytes{static_cast<std::uint8_t>(value >> 8),
                                          static_cast<std::uint8_t>(value & 0xff)};
    std::array<std::uint8_t, 2> out{};
    const auto size = consent::base64url_decode(encoded(bytes), out);
    REQUIRE(size == 2u);
    REQUIRE(out[0] == bytes[0]);
    REQUIRE(out[1] == bytes[1]);
  }
}

TEST_CASE("base64url refuses what is not canonical") {
  CHECK(decodes(""));
  CHECK(decodes("Zg"));
  CHECK_FALSE(decodes("Z"));     // no byte in it
  CHECK_FALSE(decodes("Zh"));    // a bit set behind the last byte
  CHECK_FALSE(decodes("Zm9"));   // likewise, behind two bytes
  CHECK_FALSE(decodes("Zg=="));  // padding
  CHECK_FALSE(decodes("Zm+v"));  // the other alphabet
  CHECK_FALSE(decodes("Zm/v"));
  CHECK_FALSE(decodes("Zm 9v"));
  CHECK_FALSE(decodes("Zm9v\n"));
  CHECK_FALSE(decodes(std::string_view("Zm\0v", 4)));
  CHECK_FALSE(decodes("Zm9\xc3"));
}

TEST_CASE("base64url writes nothing past its room") {
  std::array<std::uint8_t, 2> two{};
  CHECK_FALSE(consent::base64url_decode("Zm9v", two));
  const std::array<std::uint8_t, 3> bytes{};
  std::array<char, 3> three{};
  CHECK(consent::base64url_encode(bytes, three) == 0);
}
