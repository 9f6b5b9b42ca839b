#include "wire/json_document.h"

#include <string>

#include "support/catch.h"
#include "wire/json_writer.h"

using namespace consent::server;

namespace {

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

}  // namespace

TEST_CASE("A JSON document is read into a tree that knows its places") {
  const std::string text = R"({"a": [1, -2.5, "x\"\\", true], "b": {"c": null}})";
  const JsonParse parse = parse_json(text);
  REQUIRE_FALSE(parse.error);
  const JsonArray& list = *parse.value.find("a")->array();
  CHECK(list[0].integer() == 1);
  CHECK(list[1].number() == -2.5);
  CHECK_FALSE(list[1].integer());
  CHECK(*list[2].string() == "x\"\\");
  CHECK(list[3].boolean() == true);
  CHECK(parse.value.find("b")->find("c")->is_null());
  CHECK(parse.value.find("missing") == nullptr);

  CHECK(parse.value.offset() == 0);
  CHECK(text.substr(list[0].offset(), 1) == "1");
  CHECK(text.substr(list[1].offset(), 4) == "-2.5");
  CHECK(text.substr(list[2].offset(), 2) == "\"x");
  CHECK(text.substr(list[3].offset(), 4) == "true");
  CHECK(text.substr(parse.value.find("b")->offset(), 4) == "{\"c\"");
  CHECK(text.substr((*parse.value.object())[1].name_offset, 3) == "\"b\"");
}

TEST_CASE("What is not strict JSON is refused") {
  const auto text = GENERATE(as<std::string>{}, "", " ", "{", "{\"a\":1,}", "[1 2]", "{a:1}", "'x'",
                             "nul", "NaN", "Infinity", "-Infinity", "1e999", "-1e999", "01", "+1",
                             ".5", "\"\x01\"", "\"\\x\"", "{}{}", "[1] x", "// c\n1", "/* c */1",
                             "\"\xff\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\"", "\"\\ud800\"",
                             "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"unterminated");
  CAPTURE(text);
  const JsonParse parse = parse_json(text);
  REQUIRE(parse.error);
  CHECK_FALSE(parse.error->detail.empty());
  CHECK(parse.error->offset <= text.size());
}

TEST_CASE("An error never echoes the text") {
  for (const char* text : {"{\"a\": secret}", "[\"secret", "secret", "{\"secret\": 1e999}"}) {
    const JsonParse parse = parse_json(text);
    REQUIRE(parse.error);
    CHECK(parse.error->detail.find("secret") == std::string::npos);
  }
}

TEST_CASE("A duplicate member is refused with its pointer and place") {
  const std::string text = R"({"a": {"b/c": 1, "x": [2], "b/c": 3}})";
  const JsonParse parse = parse_json(text);
  REQUIRE(parse.error);
  CHECK(parse.error->pointer == "/a/b~1c");
  CHECK(parse.error->offset == text.rfind("\"b/c\""));
  CHECK(parse_json(R"({"a": {"x": 1}, "b": {"x": 1}})").error == std::nullopt);
  CHECK(parse_json(R"([{"x": 1}, {"x": 1}])").error == std::nullopt);
}

TEST_CASE("Nesting is accepted to its limit and not beyond") {
  CHECK_FALSE(parse_json(nested(kJsonDepthMax)).error);
  CHECK(parse_json(nested(kJsonDepthMax + 1)).error);
  CHECK(parse_json(nested(100'000)).error);
}

TEST_CASE("More values than the limit are refused") {
  std::string text = "[0";
  for (std::size_t i = 0; i < kJsonValuesMax; ++i) text += ",0";
  CHECK(parse_json(text + ']').error);
}

TEST_CASE("An integer outside 64 bits is a number") {
  CHECK(parse_json("9223372036854775807").value.integer() == INT64_MAX);
  CHECK(parse_json("9223372036854775808").value.kind() == JsonKind::number);
  CHECK(parse_json("1.0").value.kind() == JsonKind::number);
}

TEST_CASE("Comments are read where they are allowed, and places stay true") {
  const std::string text = "// first\n{ /* \xc3\xbc */ \"a\": 7 // last\n}";
  const JsonParse parse = parse_json(text, JsonDialect::commented);
  REQUIRE_FALSE(parse.error);
  const TextPosition position = position_of(text, parse.value.find("a")->offset());
  CHECK(position.line == 2);
  CHECK(position.column == 16);
}

TEST_CASE("Who has no use for places gets the same values, and the same errors in their places") {
  std::string wide = "{";
  for (int i = 0; i < 60; ++i) wide += '"' + std::to_string(i) + "\":" + std::to_string(i) + ",";
  const std::string twice = wide + "\"59\":1}";
  const std::string early = wide + "\"3\":1}";
  wide.back() = '}';
  for (const std::string& text :
       {std::string(R"({"a": [1, -2.5, "x\"\\", true], "b": {"c": null, "d": {}}})"),
        std::string("{\"e\": \"\xc3\xa4\"}"), std::string("17"), std::string("[]"), wide,
        nested(kJsonDepthMax)}) {
    INFO(text);
    const JsonParse placed = parse_json(text);
    const JsonParse unplaced = parse_json_unplaced(text);
    REQUIRE_FALSE(placed.error);
    REQUIRE_FALSE(unplaced.error);
    CHECK(to_json(unplaced.value) == to_json(placed.value));
  }
  for (const std::string& text :
       {std::string(), std::string("{\"a\":1,}"), std::string("{\"a\":{\"b\":1,\"b\":2}}"), twice,
        early, std::string("// c\n1"), std::string("1e999"), std::string("\"\xff\""),
        nested(kJsonDepthMax + 1), std::string(kJsonBytesMax + 1, ' ')}) {
    const JsonParse placed = parse_json(text);
    const JsonParse unplaced = parse_json_unplaced(text);
    REQUIRE(placed.error);
    REQUIRE(unplaced.error);
    CHECK(unplaced.error->pointer == placed.error->pointer);
    CHECK(unplaced.error->detail == placed.error->detail);
    CHECK(unplaced.error->offset == placed.error->offset);
  }
}
