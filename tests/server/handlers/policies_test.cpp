// GET /v1/policies over the versions of the bundled site.

#include "support/catch.h"
#include "support/test_service.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

http::Response ask(TestService& service, const std::string& scopes) {
  return service.inside(service.request("GET", "/v1/policies"), scopes);
}

const JsonObject& version_of(const JsonValue& answer, std::size_t index) {
  return *member(answer, "policies")->array()->at(index).object();
}

std::string text_at(const JsonValue& answer, std::size_t index, std::string_view path) {
  return text_of(JsonValue(version_of(answer, index)), path);
}

}  // namespace

TEST_CASE("Each policy version is told with when and for whom it counts") {
  TestService service;
  service.clock().set("2026-05-01T00:00:00Z");
  const http::Response response = ask(service, "privacy");
  REQUIRE(response.status == 200);
  CHECK(response.header("Cache-Control") == "private, no-store");
  const JsonValue answer = json_of(response);
  CHECK(text_of(answer, "site") == kSite);
  REQUIRE(member(answer, "policies")->array()->size() == 3);
  CHECK(text_at(answer, 0, "state") == "past");
  CHECK(text_at(answer, 2, "state") == "in_force");
  CHECK(text_at(answer, 2, "published_at") == "2026-02-27T00:00:00.000Z");
  CHECK(text_at(answer, 2, "effective_at") == "2026-04-01T00:00:00.000Z");
  // What a visitor is shown now is the notice named here.
  http::Request shown = service.request("GET", "/v1/notice");
  shown.query = {{"site", kSite}, {"language", "de"}};
  CHECK(text_at(answer, 2, "notices/de") == text_of(json_of(service.outside(shown)), "notice/id"));
  CHECK_THAT(
      response.body,
      ContainsSubstring(
          R"("material":true,"material_since":{"essential":1,"analytics":3,"marketing":2})"));
}

TEST_CASE("A version is upcoming until the moment it takes effect") {
  TestService service;
  service.clock().set("2026-03-31T23:59:59Z");
  const JsonValue before = json_of(ask(service, "privacy"));
  CHECK(text_at(before, 1, "state") == "in_force");
  CHECK(text_at(before, 2, "state") == "upcoming");
  service.clock().advance(std::chrono::seconds(1));
  const JsonValue after = json_of(ask(service, "privacy"));
  CHECK(text_at(after, 1, "state") == "past");
  CHECK(text_at(after, 2, "state") == "in_force");
}

TEST_CASE("The versions are for keys of the privacy office") {
  TestService service;
  CHECK(ask(service, "check,events,admin,metrics").status == 403);
  CHECK(service.inside(service.request("GET", "/v1/policies")).status == 401);
}
