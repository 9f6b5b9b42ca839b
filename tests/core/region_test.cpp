#include "consent/region.h"

#include <string>

#include "support/catch.h"

using consent::CountryCode;
using consent::parse_region;
using consent::Region;

namespace {

struct Case {
  std::string_view country;
  std::string_view subdivision;
  std::string_view expected;
};

std::string text_of(const Region& region) { return std::string(consent::to_text(region).view()); }

}  // namespace

TEST_CASE("regions are read as geo databases and edge headers write them") {
  const Case cases[] = {
      {"DE", "", "DE"},
      {"de", "", "DE"},
      {" \tDe ", "", "DE"},
      {"US", "CA", "US-CA"},
      {"US", "US-CA", "US-CA"},
      {"us", " us-ca ", "US-CA"},
      {"US", "CA-ON", "US"},
      {"DE", "US-CA", "DE"},
      {"US", "California", "US"},
      {"US", "C.", "US"},
      {"GB", "ENG", "GB-ENG"},
      {"FR", "IDF", "FR-IDF"},
      {"FR", "75", "FR-75"},
      {"UK", "", "GB"},
      {"EL", "", "GR"},
      {"XI", "", "GB"},
      {"IC", "", "ES"},
      {"ea", "", "ES"},
      {"XK", "", "XK"},
      {"", "US-CA", ""},
      {"XX", "CA", ""},
      {"ZZ", "", ""},
      {"T1", "", ""},
      {"A1", "", ""},
      {"A2", "", ""},
      {"O1", "", ""},
      {"AP", "", ""},
      {"EU", "", ""},
      {"UN", "", ""},
      {"--", "", ""},
      {"DEU", "", ""},
      {"D", "", ""},
      {"D E", "", ""},
      {"AN", "", ""},
      {"SU", "", ""},
      {"DE\n", "", ""},
      {"\xc3\xa4", "", ""},
      {"US-CA", "", ""},
      {"DE, US", "", ""},
  };
  for (const Case& entry : cases) {
    CAPTURE(entry.country, entry.subdivision);
    CHECK(text_of(parse_region(entry.country, entry.subdivision)) == entry.expected);
  }
}

TEST_CASE("a region is read back from its own text") {
  for (const char* code : {"DE", "US-CA", "FR-IDF", "FR-75", ""}) {
    CHECK(text_of(parse_region(code)) == code);
  }
  CHECK(text_of(parse_region(" us-ca ")) == "US-CA");
  CHECK(text_of(parse_region("CA")) == "CA");  // Canada, never California
  CHECK(text_of(parse_region("TX")).empty());
  CHECK(text_of(parse_region("-CA")).empty());
  CHECK(text_of(parse_region("USA-CA")).empty());
}

TEST_CASE("over-long fields count as empty") {
  CHECK(text_of(parse_region("DE" + std::string(62, ' '), "")) == "DE");
  CHECK(text_of(parse_region("DE" + std::string(63, ' '), "")).empty());
  CHECK(text_of(parse_region("US", "CA" + std::string(63, ' '))) == "US");
  CHECK(text_of(parse_region(std::string(1'000'000, ' '))).empty());
}

TEST_CASE("every pair of bytes is a listed country or the unknown region") {
  unsigned known = 0;
  for (unsigned first = 0; first < 256; ++first) {
    for (unsigned second = 0; second < 256; ++second) {
      const char text[] = {static_cast<char>(first), static_cast<char>(second)};
      const Region region = parse_region({text, 2}, "");
      if (!region.country.known()) continue;
      const bool upper = first >= 'A' && first <= 'Z' && second >= 'A' && second <= 'Z';
      if (upper) ++known;
      REQUIRE(parse_region(consent::to_text(region).view()) == region);
    }
  }
  CHECK(known == 249 + 1 + 5);  // ISO 3166-1, XK, and the aliases
}

TEST_CASE("a country holds two capital letters or nothing") {
  CHECK(CountryCode::from_letters('D', 'E').text() == "DE");
  CHECK_FALSE(CountryCode::from_letters('d', 'E').known());
  CHECK_FALSE(CountryCode::from_letters('D', '1').known());
  CHECK_FALSE(CountryCode().known());
  CHECK(CountryCode().text().empty());
}
