// What a data subject is told: everything that is held on them, and nothing of anybody else.

#include "ledger/ledger.h"
#include "support/catch.h"
#include "support/temporary_directory.h"
#include "support/test_service.h"
#include "visitor/subject_id.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

http::Response ask(const TestService& service, const std::string& token) {
  http::Request request = service.request("GET", "/v1/me");
  if (!token.empty()) request.headers.emplace_back("Authorization", "Consent " + token);
  return service.outside(std::move(request));
}

JsonValue held(const TestService& service, const std::string& token) {
  const http::Response response = ask(service, token);
  INFO(response.body);
  REQUIRE(response.status == 200);
  CHECK(response.header("Cache-Control") == "private, no-store");
  return json_of(response);
}

std::size_t count(const JsonValue& answer, std::string_view name) {
  return answer.find(name)->array()->size();
}

std::string in_quotes(const std::string& text) { return "\"" + text + "\""; }

void send_page_view(const TestService& service, const std::string& token) {
  REQUIRE(service.post_events(in_quotes(token), "[" + service.page_view() + "]").body ==
          R"({"accepted":1,"dropped":{}})");
}

}  // namespace

TEST_CASE("A subject is given each record with its evidence") {
  const TestService service;
  ConsentBody body = service.consent("DE");
  const http::Response first = service.post_consent(body, {{"Origin", kOrigin}, {"Sec-GPC", "1"}});
  REQUIRE(first.status == 201);
  const JsonValue recorded = json_of(first);
  const std::string token = text_of(recorded, "token");
  const JsonValue answer = held(service, token);
  CHECK(text_of(answer, "site") == kSite);
  CHECK(text_of(answer, "zone") == "eu");
  CHECK(text_of(answer, "subject") == text_of(recorded, "record/subject"));
  CHECK(member(answer, "restricted")->boolean() == false);
  CHECK(count(answer, "events") == 0);
  REQUIRE(count(answer, "records") == 1);
  const JsonValue& record = answer.find("records")->array()->front();
  CHECK(text_of(record, "kind") == "decision");
  for (const char* same : {"id", "time", "action", "layer", "regime", "notice", "language"}) {
    INFO(same);
    CHECK(text_of(record, same) == text_of(recorded, std::string("record/") + same));
  }
  CHECK(text_of(record, "choices/analytics") == "granted");
  CHECK("\"" + text_of(record, "evidence/event") + "\"" == body.event);
  CHECK(text_of(record, "evidence/origin") == kOrigin);
  CHECK(text_of(record, "evidence/ruleset") == ruleset_version());
  CHECK(text_of(record, "evidence/model") == "opt_in");
  CHECK(member(record, "evidence/gpc_header")->boolean() == true);
  CHECK(member(record, "evidence/gpc_script")->boolean() == false);
  CHECK(member(record, "evidence/previous")->is_null());
}

TEST_CASE("The evidence names controller, page and what the region is known by") {
  TestService service;
  const auto evidence = [&](const ConsentBody& body, http::Fields headers) {
    headers.emplace_back("Origin", kOrigin);
    const http::Response recorded = service.post_consent(body, headers);
    INFO(recorded.body);
    REQUIRE(recorded.status == 201);
    const JsonValue answer = held(service, text_of(json_of(recorded), "token"));
    return *answer.find("records")->array()->front().find("evidence");
  };
  ConsentBody body = service.consent("DE");
  body.extra = R"(, "page": "/users/anna@example.org/pricing")";
  const JsonValue said = evidence(body, {{"Referer", std::string(kOrigin) + "/other"}});
  CHECK(text_of(said, "page") == "/users/:email/pricing");
  CHECK(text_of(said, "controller") == service.site().in_force(service.clock().now()).controller);
  CHECK(text_of(said, "region_source") == "geo_db");

  const JsonValue by_browser =
      evidence(service.consent("DE"), {{"Referer", std::string(kOrigin) + "/plans?q=secret#x"}});
  CHECK(text_of(by_browser, "page") == "/plans");
  const JsonValue elsewhere =
      evidence(service.consent("DE"), {{"Referer", "https://dialphone.com.example/plans"}});
  CHECK(member(elsewhere, "page")->is_null());

  for (const char* page : {"\"pricing\"", "\"/a?b=c\"", "\"/a#b\"", "\"\"", "7"}) {
    INFO(page);
    ConsentBody bad = service.consent("DE");
    bad.extra = std::string(", \"page\": ") + page;
    const http::Response refused = service.post_consent(bad);
    CHECK(refused.status == 422);
    CHECK_THAT(refused.body, ContainsSubstring("/page"));
  }
}

TEST_CASE("Later records are told in order, each with the one before") {
  TestService service;
  const std::string token = text_of(json_of(service.post_consent(service.consent("DE"))), "token");
  const SubjectId subject = parse_subject_id(text_of(held(service, token), "subject")).value();
  Ledger& ledger = service.service().ledger;
  REQUIRE(ledger.mark(kSite, subject, RecordKind::restricted, service.clock().now()).found);
  const JsonValue answer = held(service, token);
  REQUIRE(count(answer, "records") == 2);
  const JsonValue& second = answer.find("records")->array()->back();
  CHECK(text_of(second, "kind") == "restricted");
  CHECK(text_of(second, "time") == "2026-11-23T10:00:00.000Z");
  CHECK(member(second, "erased")->boolean() == false);
  CHECK(member(answer, "restricted")->boolean() == true);
}

TEST_CASE("A subject is given its own events, as long as they can be told to be theirs") {
  TestService service;
  const auto visitor = [&] {
    return text_of(json_of(service.post_consent(service.consent("DE"))), "token");
  };
  const std::string anna = visitor();
  const std::string bert = visitor();
  send_page_view(service, anna);
  send_page_view(service, bert);
  service.clock().advance(std::chrono::hours(24));
  send_page_view(service, anna);
  const JsonValue answer = held(service, anna);
  REQUIRE(count(answer, "events") == 2);
  const JsonArray& events = *answer.find("events")->array();
  CHECK(text_of(events[0], "key_epoch") == "2026-11-23");
  CHECK(text_of(events[1], "key_epoch") == "2026-11-24");
  CHECK(text_of(events[0], "visitor") != text_of(events[1], "visitor"));
  CHECK(count(held(service, bert), "events") == 1);

  service.clock().advance(std::chrono::hours(72));
  service.keyring().destroy_expired(service.clock().now());
  CHECK(count(held(service, anna), "events") == 0);
}

TEST_CASE("Who refused is told that nothing is held") {
  const TestService service;
  ConsentBody body = service.consent("DE");
  body.action = "\"reject_all\"";
  body.choices = R"({"analytics": "denied", "marketing": "denied"})";
  const JsonValue answer = held(service, text_of(json_of(service.post_consent(body)), "token"));
  CHECK(member(answer, "subject")->is_null());
  CHECK(member(answer, "zone")->is_null());
  CHECK(count(answer, "records") == 0);
  CHECK(count(answer, "events") == 0);
}

TEST_CASE("Without a token of this service nothing is told") {
  const TestService service;
  const std::string token = text_of(json_of(service.post_consent(service.consent("DE"))), "token");
  std::string forged = token;
  forged.back() = forged.back() == 'A' ? 'Q' : 'A';
  for (const std::string& bad : {std::string(), forged, std::string("1.x.y")}) {
    const http::Response response = ask(service, bad);
    CHECK(response.status == 401);
    CHECK(response.header("WWW-Authenticate") == "Consent");
  }
}

TEST_CASE("A subject of the other zone is sent there") {
  const TestService both;
  const JsonValue german = json_of(both.post_consent(both.consent("DE")));
  const TemporaryDirectory directory;
  TestService::Parts parts;
  parts.ledger = open_sqlite_ledger({.data_dir = directory.path().string(), .zones = {Zone::us}});
  TestService american(std::move(parts));
  Token token;
  token.kind = TokenKind::grant;
  token.decided_at = std::chrono::floor<std::chrono::seconds>(american.clock().now());
  token.policy = 3;
  token.choices.set(Purpose::analytics, Choice::granted);
  token.action = Action::accept_all;
  token.region = parse_region("DE");
  token.subject = parse_subject_id(text_of(german, "record/subject")).value();
  const http::Response response = ask(american, american.keyring().sign_token(kSite, token));
  CHECK(response.status == 421);
  CHECK_THAT(response.body, ContainsSubstring("the zone eu"));
  token.region = parse_region("US-TX");
  CHECK(count(held(american, american.keyring().sign_token(kSite, token)), "records") == 0);
}
