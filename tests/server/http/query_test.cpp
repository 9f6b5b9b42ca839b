#include "http/query.h"

#include <optional>

#include "support/catch.h"

using namespace consent::http;

namespace {

// What was there before is not part of what was read.
std::optional<Fields> form(std::string_view text) {
  Fields fields{{"of", "an earlier request"}};
  if (!decode_form(text, fields)) return std::nullopt;
  return fields;
}

std::optional<std::string> path_of(std::string_view text) {
  std::string path = "/of/an/earlier/request";
  if (!decode_path(text, path)) return std::nullopt;
  return path;
}

}  // namespace

TEST_CASE("A query decodes escapes and plus signs in order") {
  const auto fields = form("a=1&b=x%20y+z&&c&=d&e=f=g&%C3%A9=%e2%82%ac");
  REQUIRE(fields);
  CHECK(
      *fields ==
      Fields{{"a", "1"}, {"b", "x y z"}, {"c", ""}, {"", "d"}, {"e", "f=g"}, {"\u00e9", "\u20ac"}});
  CHECK(form("") == Fields{});
}

TEST_CASE("A broken query is refused") {
  for (const char* text :
       {"a=%", "a=%2", "a=%zz", "%=1", "a=%00", "%00=a", "a=%ff", "a=%c0%80", "a=%2-", "a=%+1"}) {
    CAPTURE(text);
    CHECK_FALSE(form(text).has_value());
  }
  std::string many;
  for (std::size_t i = 0; i < kParametersMax; ++i) many += "a&";
  CHECK(form(many).has_value());
  CHECK_FALSE(form(many + "a").has_value());
}

TEST_CASE("A path decodes once and keeps plus signs") {
  CHECK(path_of("/") == "/");
  CHECK(path_of("/a+b/%7Ec%25") == "/a+b/~c%");
  CHECK(path_of("/sha256%3Aab") == "/sha256:ab");
  CHECK(path_of("/%C3%A9") == "/\u00e9");
  CHECK(path_of("/a..b/...") == "/a..b/...");
  CHECK(path_of("/%252e%252e/") == "/%2e%2e/");
}

TEST_CASE("A path that could mean two things is refused") {
  for (const char* text :
       {"", "a", "/..", "/../etc/passwd", "/a/../b", "/a/.", "/%2e%2e/etc", "/.%2E", "/a%2fb",
        "/a%2Fb", "/%00", "/a%0d%0ab", "/%7f", "/%", "/%1", "/%g1", "/%ff", "/%c0%ae%c0%ae/"}) {
    CAPTURE(text);
    CHECK_FALSE(path_of(text).has_value());
  }
}
