#include "wire/object_text.h"

#include "support/catch.h"
#include "wire/json_writer.h"

using namespace consent::server;

TEST_CASE("An object is written as a tree of it would be") {
  std::string out;
  ObjectText object(out);
  object.text("a\"b", "line\nend")
      .text("empty", "")
      .text_or_null("none", "")
      .text_or_null("some", "{")
      .number("least", -9'007'199'254'740'991)
      .flag("yes", true)
      .object("nothing", [](ObjectText&) {})
      .object("inner", [](ObjectText& inner) { inner.flag("no", false).number("n", 0); })
      .text("last", "}");
  object.end();
  const JsonValue tree = JsonObject{{"a\"b", "line\nend"},
                                    {"empty", ""},
                                    {"none", JsonValue()},
                                    {"some", "{"},
                                    {"least", std::int64_t{-9'007'199'254'740'991}},
                                    {"yes", true},
                                    {"nothing", JsonObject{}},
                                    {"inner", JsonObject{{"no", false}, {"n", 0}}},
                                    {"last", "}"}};
  CHECK(out == to_json(tree));
}

TEST_CASE("An object that is not ended can be gone on with") {
  std::string out = "head ";
  ObjectText object(out);
  object.flag("a", true);
  CHECK(out + R"(,"b":1})" == R"(head {"a":true,"b":1})");
}
