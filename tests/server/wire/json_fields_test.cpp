#include "wire/json_fields.h"

#include "nearest_name.h"
#include "support/catch.h"

using namespace consent::server;

TEST_CASE("Members are read by kind and every mistake is collected") {
  const JsonValue value =
      parse_json(R"({"name": 1, "count": 900, "flag": true, "list": [], "nothing": null})").value;
  std::vector<JsonError> errors;
  JsonFields fields(value, "/x", errors);
  CHECK(fields.string("name") == nullptr);
  CHECK_FALSE(fields.integer("count", Presence::required, {0, 255}));
  CHECK(fields.boolean("flag") == true);
  CHECK(fields.array("list") != nullptr);
  CHECK(fields.string("absent") == nullptr);
  CHECK(fields.string("absent_too", Presence::optional) == nullptr);
  CHECK(fields.string("nothing", Presence::nullable) == nullptr);
  fields.refuse_unknown();
  REQUIRE(errors.size() == 3);
  CHECK(errors[0].pointer == "/x/name");
  CHECK(errors[0].detail == "must be a string");
  CHECK(errors[1].pointer == "/x/count");
  CHECK(errors[2].pointer == "/x/absent");
  CHECK(errors[2].detail == "is missing");
  CHECK(pointed(errors).at(0).pointer == "/x/name");
}

TEST_CASE("Null is not a string unless it may be") {
  const JsonValue value = parse_json(R"({"a": null})").value;
  std::vector<JsonError> errors;
  JsonFields fields(value, "", errors);
  CHECK(fields.string("a", Presence::optional) == nullptr);
  CHECK(errors.size() == 1);
}

TEST_CASE("Unknown members are named, with the nearest known name") {
  const JsonValue value = parse_json(R"({"site": "x", "pruposes": 1, "zzz": 2})").value;
  std::vector<JsonError> errors;
  JsonFields fields(value, "", errors);
  fields.string("site");
  fields.member("purposes", Presence::optional);
  fields.refuse_unknown();
  REQUIRE(errors.size() == 2);
  CHECK(errors[0].pointer == "/pruposes");
  CHECK_THAT(errors[0].detail, Catch::Matchers::ContainsSubstring("did you mean \"purposes\"?"));
  CHECK(errors[1].detail == "is not a known member");
}

TEST_CASE("What is no object is one error") {
  const JsonValue value = parse_json("[1]").value;
  std::vector<JsonError> errors;
  JsonFields fields(value, "/p", errors);
  CHECK(fields.string("a") == nullptr);
  fields.refuse_unknown();
  REQUIRE(errors.size() == 1);
  CHECK(errors[0].pointer == "/p");
}

TEST_CASE("The nearest name is near") {
  const std::vector<std::string> names = {"essential", "analytics", "marketing", "de"};
  CHECK(nearest_name("analytcs", names) == "analytics");
  CHECK(nearest_name("makreting", names) == "marketing");
  CHECK(nearest_name("esential", names) == "essential");
  CHECK(nearest_name("statistics", names).empty());
  CHECK(nearest_name("fr", names).empty());
  CHECK(nearest_name("", names).empty());
  CHECK(nearest_name(std::string(1000, 'a'), names).empty());
}
