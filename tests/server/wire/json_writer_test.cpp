#include "wire/json_writer.h"

#include "support/catch.h"

using namespace consent::server;

TEST_CASE("Members are written in the order given, or sorted for the canonical form") {
  const JsonValue value =
      JsonObject{{"b", 1}, {"a", JsonArray{true, true, JsonValue()}}, {"", "x"}};
  CHECK(to_json(value) == R"({"b":1,"a":[true,true,null],"":"x"})");
  CHECK(to_canonical_json(value) == R"({"":"x","a":[true,true,null],"b":1})");
}

TEST_CASE("The canonical order is that of UTF-16 code units (RFC 8785, 3.2.3)") {
  const JsonValue value = parse_json(R"({
    "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew", "1": "One",
    "\ud83d\ude00": "Emoji", "\u0080": "Control", "\u00f6": "Latin Small"
  })")
                              .value;
  const std::string canonical = to_canonical_json(value);
  std::vector<std::size_t> places;
  for (const char* name :
       {"Carriage Return", "One", "Control", "Latin Small", "Euro Sign", "Emoji", "Hebrew"}) {
    places.push_back(canonical.find(name));
  }
  CHECK(std::is_sorted(places.begin(), places.end()));
}

TEST_CASE("Only what must be escaped is") {
  CHECK(to_json(JsonValue("\"\\/\b\f\n\r\t\x01\x1f\x7f\xc3\xbc")) ==
        "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\xc3\xbc\"");
}

TEST_CASE("What is written reads back the same") {
  const std::string text = "{\"a\":[1,-5,0.25,\"\xc3\xa9\",{\"b\":false}],\"c\":null}";
  CHECK(to_json(parse_json(text).value) == text);
}
