#include "http/query.h"

#include "support/catch.h"

using namespace consent::http;

TEST_CASE("A query decodes escapes and plus signs in order") {
  const auto fields = decode_form("a=1&b=x%20y+z&&c&=d&e=f=g&%C3%A9=%e2%82%ac");
  REQUIRE(fields);
  CHECK(
      *fields ==
      Fields{{"a", "1"}, {"b", "x y z"}, {"c", ""}, {"", "d"}, {"e", "f=g"}, {"\u00e9", "\u20ac"}});
  CHECK(decode_form("") == Fields{});
}

TEST_CASE("A broken query is refused") {
  for (const char* text :
       {"a=%", "a=%2", "a=%zz", "%=1", "a=%00", "%00=a", "a=%ff", "a=%c0%80", "a=%2-", "a=%+1"}) {
    CAPTURE(text);
    CHECK_FALSE(decode_form(text).has_value());
  }
  std::string many;
  for (std::size_t i = 0; i < kParametersMax; ++i) many += "a&";
  CHECK(decode_form(many).has_value());
  CHECK_FALSE(decode_form(many + "a").has_value());
}

TEST_CASE("A path decodes once and keeps plus signs") {
  CHECK(decode_path("/") == "/");
  CHECK(decode_path("/a+b/%7Ec%25") == "/a+b/~c%");
  CHECK(decode_path("/sha256%3Aab") == "/sha256:ab");
  CHECK(decode_path("/%C3%A9") == "/\u00e9");
  CHECK(decode_path("/a..b/...") == "/a..b/...");
  CHECK(decode_path("/%252e%252e/") == "/%2e%2e/");
}

TEST_CASE("A path that could mean two things is refused") {
  for (const char* text :
       {"", "a", "/..", "/../etc/passwd", "/a/../b", "/a/.", "/%2e%2e/etc", "/.%2E", "/a%2fb",
        "/a%2Fb", "/%00", "/a%0d%0ab", "/%7f", "/%", "/%1", "/%g1", "/%ff", "/%c0%ae%c0%ae/"}) {
    CAPTURE(text);
    CHECK_FALSE(decode_path(text).has_value());
  }
}
