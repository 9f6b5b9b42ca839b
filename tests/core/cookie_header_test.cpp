#include "consent/cookie_header.h"

#include <string>

#include "support/catch.h"

using consent::CookieLookup;
using consent::find_cookie;

namespace {

constexpr std::string_view kName = "__Host-dp_consent";

struct Case {
  std::string_view header;
  CookieLookup lookup;
  std::string_view value;
};

}  // namespace

TEST_CASE("a cookie is found by its exact name") {
  const Case cases[] = {
      {"", CookieLookup::absent, ""},
      {"__Host-dp_consent=a", CookieLookup::found, "a"},
      {"x=1; __Host-dp_consent=a; y=2", CookieLookup::found, "a"},
      {"x=1;__Host-dp_consent=a", CookieLookup::found, "a"},
      {" \t__Host-dp_consent\t = \ta b\t ;", CookieLookup::found, "a b"},
      {"__Host-dp_consent=a=b=", CookieLookup::found, "a=b="},
      {"__Host-dp_consent=", CookieLookup::found, ""},
      {"__Host-dp_consent=\"a\"", CookieLookup::found, "\"a\""},
      {"__Host-dp_consent=%41", CookieLookup::found, "%41"},
      {"__Host-dp_consent", CookieLookup::absent, ""},  // nameless: all value
      {"=__Host-dp_consent=a", CookieLookup::absent, ""},
      {"__host-dp_consent=a", CookieLookup::absent, ""},
      {"__Host-dp_consent2=a", CookieLookup::absent, ""},
      {"2__Host-dp_consent=a", CookieLookup::absent, ""},
      {"x=__Host-dp_consent=a", CookieLookup::absent, ""},
      {"x=1, __Host-dp_consent=a", CookieLookup::absent, ""},  // a comma separates nothing
      {";;;", CookieLookup::absent, ""},
  };
  for (const Case& entry : cases) {
    CAPTURE(entry.header);
    const auto cookie = find_cookie(entry.header, kName);
    CHECK(cookie.lookup == entry.lookup);
    CHECK(cookie.value == entry.value);
  }
}

TEST_CASE("two values under one name are no cookie, in whatever order") {
  CHECK(find_cookie("c=a; c=a", "c").lookup == CookieLookup::found);
  CHECK(find_cookie("c=a; x=1; c=a", "c").value == "a");
  CHECK(find_cookie("c=a; c=b", "c").lookup == CookieLookup::ambiguous);
  CHECK(find_cookie("c=a; c=b", "c").value.empty());
  CHECK(find_cookie("c=a; c=b; c=a", "c").lookup == CookieLookup::ambiguous);
  CHECK(find_cookie("c=; c=a", "c").lookup == CookieLookup::ambiguous);
  CHECK(find_cookie("c; c=a", "c").lookup == CookieLookup::found);
}

TEST_CASE("cookie lookup survives any bytes") {
  std::string header;
  for (int i = 0; i < 256; ++i) header += static_cast<char>(i);
  CHECK(find_cookie(header, "c").lookup == CookieLookup::absent);
  CHECK(find_cookie(header + ";c=\xff", "c").value == "\xff");
  CHECK(find_cookie("a=b", "").lookup == CookieLookup::absent);
  CHECK(find_cookie(std::string(100'000, ';') + "c=1", "c").value == "1");
}
