// Restriction and objection: nothing is allowed from the next check on.

#include "ledger/ledger.h"
#include "support/catch.h"
#include "support/test_service.h"
#include "visitor/subject_id.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;

namespace {

struct Person {
  explicit Person(const TestService& service, std::string_view region = "DE") {
    const JsonValue recorded = json_of(service.post_consent(service.consent(region)));
    token = text_of(recorded, "token");
    id = text_of(recorded, "record/subject");
  }
  std::string token;
  std::string id;
};

http::Response call(const TestService& service, std::string_view method, std::string_view path,
                    const std::string& token, const std::string& origin = kOrigin) {
  http::Request request = service.request(method, path);
  request.headers.emplace_back("Authorization", "Consent " + token);
  if (!origin.empty()) request.headers.emplace_back("Origin", origin);
  return service.outside(std::move(request));
}

std::size_t records_of(const TestService& service, const std::string& id) {
  return service.service().ledger.history(kSite, parse_subject_id(id).value()).records.size();
}

std::string refusal_token(const TestService& service) {
  ConsentBody body = service.consent("DE");
  body.action = "\"reject_all\"";
  body.choices = R"({"analytics": "denied", "marketing": "denied"})";
  return text_of(json_of(service.post_consent(body)), "token");
}

}  // namespace

TEST_CASE("A restriction stops everything until the visitor lifts it") {
  TestService service;
  const Person anna(service);
  const http::Response set = call(service, "POST", "/v1/me/restrict", anna.token);
  CHECK(set.status == 200);
  CHECK(set.body == R"({"restricted":true})");
  CHECK(reason_of(service.check("subject", anna.id)) == "restricted");
  CHECK(reason_of(service.check("token", anna.token)) == "restricted");
  CHECK(service.post_events("\"" + anna.token + "\"", "[" + service.page_view() + "]").body ==
        R"({"accepted":0,"dropped":{"restricted":1}})");
  CHECK(call(service, "POST", "/v1/me/restrict", anna.token).status == 200);
  CHECK(records_of(service, anna.id) == 2);  // what is so already leaves no record

  CHECK(call(service, "DELETE", "/v1/me/restrict", anna.token).body == R"({"restricted":false})");
  CHECK(reason_of(service.check("subject", anna.id)) == "granted");
  CHECK(records_of(service, anna.id) == 3);
}

TEST_CASE("No grant lifts a restriction") {
  TestService service;
  const Person anna(service);
  call(service, "POST", "/v1/me/restrict", anna.token);
  ConsentBody again = service.consent("DE");
  again.subject = "\"" + anna.id + "\"";
  REQUIRE(service.post_consent(again, {{"Authorization", "Consent " + anna.token}}).status == 201);
  CHECK(reason_of(service.check("subject", anna.id)) == "restricted");
}

TEST_CASE("An objection denies everything, and a later grant counts again") {
  TestService service;
  const Person anna(service);
  const http::Response objected = call(service, "POST", "/v1/me/object", anna.token);
  REQUIRE(objected.status == 200);
  CHECK(reason_of(service.check("subject", anna.id)) == "withdrawn");
  const std::string refusal = text_of(json_of(objected), "token");
  CHECK(service.keyring().verify_token(kSite, refusal)->kind == TokenKind::withdrawn);
  CHECK(objected.header("Set-Cookie").find(refusal) != std::string_view::npos);
  const auto history = service.service().ledger.history(kSite, parse_subject_id(anna.id).value());
  REQUIRE(history.records.size() == 2);
  CHECK(history.records[1].record.kind == RecordKind::objected);
  CHECK(call(service, "POST", "/v1/me/object", anna.token).status == 200);
  CHECK(records_of(service, anna.id) == 2);

  service.clock().advance(std::chrono::seconds(1));
  ConsentBody again = service.consent("DE");
  again.subject = "\"" + anna.id + "\"";
  REQUIRE(service.post_consent(again, {{"Authorization", "Consent " + anna.token}}).status == 201);
  CHECK(reason_of(service.check("subject", anna.id)) == "granted");
}

TEST_CASE("An objection where the rules are opt-out is one there, too") {
  TestService service;
  const Person texan(service, "US-TX");
  REQUIRE(call(service, "POST", "/v1/me/object", texan.token).status == 200);
  CHECK(member(service.check("subject", texan.id), "allowed")->boolean() == false);
}

TEST_CASE("A right needs the site's own page, and a subject") {
  TestService service;
  const Person anna(service);
  for (const auto& [method, path] : std::vector<std::pair<const char*, const char*>>{
           {"POST", "/v1/me/restrict"}, {"DELETE", "/v1/me/restrict"}, {"POST", "/v1/me/object"}}) {
    INFO(method << " " << path);
    CHECK(call(service, method, path, anna.token, "").status == 403);
    CHECK(call(service, method, path, anna.token, "https://elsewhere.example").status == 403);
    CHECK(call(service, method, path, "1.x.y").status == 401);
    CHECK(call(service, method, path, refusal_token(service)).status == 404);
  }
  CHECK(reason_of(service.check("subject", anna.id)) == "granted");
}

TEST_CASE("The privacy office restricts and releases, too") {
  TestService service;
  const Person anna(service);
  const auto office = [&](std::string_view method, const std::string& id) {
    return service.inside(service.request(method, "/v1/subjects/" + id + "/restrict"), "privacy");
  };
  CHECK(office("POST", anna.id).body == R"({"restricted":true})");
  CHECK(reason_of(service.check("subject", anna.id)) == "restricted");
  CHECK(office("DELETE", anna.id).body == R"({"restricted":false})");
  CHECK(reason_of(service.check("subject", anna.id)) == "granted");
  CHECK(office("POST", "AAAAAAAAAAAAAAAAAAAAAQ").status == 404);
  CHECK(office("POST", "x").status == 422);
}
