#include "wire/plain_json.h"

#include <random>
#include <string>
#include <vector>

#include "support/catch.h"
#include "wire/json_writer.h"

using namespace consent::server;

namespace {

const std::string kDecision =
    R"({"site": "dialphone.com", "event": "01939f3e-7c00-7abc-8def-0123456789ab",)"
    "\n\t"
    R"("subject": null, "policy": 12, "choices": {"analytics": "granted", "marketing" : "denied"},)"
    R"( "gpc": false, "again":true, "list": [1, 0, "x", [], {}, {"a": []}], "empty": "" })";

void check_same(const JsonValue& one, const JsonValue& other) {
  REQUIRE(one.kind() == other.kind());
  CHECK(one.offset() == other.offset());
  if (one.kind() == JsonKind::array) {
    REQUIRE(one.array()->size() == other.array()->size());
    for (std::size_t i = 0; i < one.array()->size(); ++i) {
      check_same((*one.array())[i], (*other.array())[i]);
    }
  } else if (one.kind() == JsonKind::object) {
    REQUIRE(one.object()->size() == other.object()->size());
    for (std::size_t i = 0; i < one.object()->size(); ++i) {
      const JsonMember& a = (*one.object())[i];
      const JsonMember& b = (*other.object())[i];
      CHECK(a.name == b.name);
      CHECK(a.name_offset == b.name_offset);
      check_same(a.value, b.value);
    }
  } else {
    CHECK(to_json(one) == to_json(other));
  }
}

// Whether it is read; if so, the library must read the same.
bool is_read_alike(const std::string& text) {
  const auto plain = read_plain_json(text);
  if (!plain) return false;
  INFO(text);
  const JsonParse full = parse_json_in_full(text);
  REQUIRE_FALSE(full.error);
  check_same(*plain, full.value);
  return true;
}

}  // namespace

TEST_CASE("The usual form is read as the library reads it, with every offset") {
  for (const std::string& text :
       {kDecision, std::string("{}"), std::string(" [ ] "), std::string("\"text\""),
        std::string("0"), std::string("999999999999999"), std::string("true"),
        std::string("null\r\n"), std::string(R"([[[[[[[[1]]]]]]]])"), std::string("{\"\":{}}")}) {
    CHECK(is_read_alike(text));
  }
}

TEST_CASE("What is not of the usual form is left to the library, right or wrong") {
  std::string wide = "{";
  for (int i = 0; i < 33; ++i) wide += '"' + std::to_string(i) + "\":1,";
  wide.back() = '}';
  for (const std::string& text : {std::string(),
                                  std::string(" "),
                                  std::string("nul"),
                                  std::string("{\"a\":1,}"),
                                  std::string("{\"a\" 1}"),
                                  std::string("{\"a\":1} x"),
                                  std::string("[1,]"),
                                  std::string("[1 2]"),
                                  std::string("{1:2}"),
                                  std::string("{\"a\":1,\"a\":2}"),
                                  std::string(R"({"\u0061":1})"),
                                  std::string("\"\xc3\xa4\""),
                                  std::string("\"\x7f\""),
                                  std::string("\"a\nb\""),
                                  std::string("\"a"),
                                  std::string("-1"),
                                  std::string("01"),
                                  std::string("1.5"),
                                  std::string("1e3"),
                                  std::string("1E3"),
                                  std::string("9999999999999999"),
                                  std::string("// a\n1"),
                                  std::string("[[[[[[[[[1]]]]]]]]]"),
                                  std::string("{\"a\":"),
                                  std::string("{\"a\":1"),
                                  std::string("\xef\xbb\xbf{}"),
                                  std::string("{}\0", 3),
                                  std::string("\0", 1),
                                  wide,
                                  '"' + std::string(kPlainJsonBytesMax, 'a') + '"'}) {
    INFO(text);
    CHECK_FALSE(read_plain_json(text));
    const JsonParse given = parse_json(text);
    const JsonParse full = parse_json_in_full(text);
    REQUIRE(given.error.has_value() == full.error.has_value());
    if (!given.error) continue;
    CHECK(given.error->pointer == full.error->pointer);
    CHECK(given.error->detail == full.error->detail);
    CHECK(given.error->offset == full.error->offset);
  }
}

TEST_CASE("Whatever is changed in a text, it is read alike or left to the library") {
  std::mt19937 random(7);
  const std::string_view bytes = "{}[]\",:\\ 019-.eEtfnul\n\x01\x7f\xc3/";
  int read = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = kDecision;
    for (auto changes = random() % 3 + 1; changes > 0; --changes) {
      const std::size_t at = random() % text.size();
      const char byte = bytes[random() % bytes.size()];
      const auto how = random() % 3;
      if (how == 0) text[at] = byte;
      if (how == 1) text.insert(at, 1, byte);
      if (how == 2) text.erase(at, random() % 4 + 1);
    }
    read += is_read_alike(text);
  }
  CHECK(read > 1'000);
}
