// A site's own rules reach every answer of the service.
#include "formats/uuid.h"
#include "support/catch.h"
#include "support/test_service.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr const char* kDenied = R"({"analytics": "denied", "marketing": "denied"})";
const http::Fields kFromCalifornia{{"X-Forwarded-For", kCalifornianAddress}};

TestService::Parts strict_america() {
  TestService::Parts parts;
  parts.regions = {{.rule = {.region = parse_region("US")}, .override_name = ""}};
  return parts;
}

TestService::Parts honouring_dnt() {
  TestService::Parts parts;
  parts.honour_dnt = true;
  return parts;
}

http::Request get(const TestService& service, std::string_view path, http::Fields headers) {
  http::Request request = service.request("GET", path);
  request.headers = std::move(headers);
  request.query = {{"site", kSite}};
  return request;
}

JsonValue notice(const TestService& service, http::Fields headers) {
  return json_of(service.outside(get(service, "/v1/notice", std::move(headers))));
}

// What a page sends that took its notice from the service.
ConsentBody answer_to(const TestService& service, const JsonValue& notice) {
  ConsentBody body = service.consent("DE");
  body.ticket = "\"" + text_of(notice, "ticket") + "\"";
  body.notice = "\"" + text_of(notice, "notice/id") + "\"";
  return body;
}

std::string default_of_analytics(const JsonValue& notice) {
  return text_of(notice.find("purposes")->array()->at(1), "default");
}

std::string kept(const http::Response& response) {
  return response.body.substr(0, response.body.find(','));
}

}  // namespace

TEST_CASE("A tightened region gets the notice of opt_in, and the law's own names") {
  const TestService service(strict_america());
  const JsonValue american = notice(service, kFromCalifornia);
  CHECK(text_of(american, "regime/id") == "us_ca_ccpa");
  CHECK(text_of(american, "regime/model") == "opt_in");
  CHECK(text_of(american, "regime/source") == "site");
  CHECK(text_of(american, "zone") == "us");
  CHECK(default_of_analytics(american) == "denied");
  const JsonValue german = notice(service, {{"X-Forwarded-For", kGermanAddress}});
  CHECK(german.find("regime")->find("source") == nullptr);
}

TEST_CASE("In a tightened region no starting state is recorded, and a refusal is one") {
  TestService service(strict_america());
  ConsentBody start = answer_to(service, notice(service, kFromCalifornia));
  start.action = "\"default\"";
  start.layer = "\"none\"";
  start.choices = R"({"analytics": "granted", "marketing": "denied"})";
  CHECK(service.post_consent(start).status == 422);

  ConsentBody refusal = answer_to(service, notice(service, kFromCalifornia));
  refusal.action = "\"reject_all\"";
  refusal.choices = kDenied;
  const JsonValue answer = json_of(service.post_consent(refusal));
  CHECK(text_of(answer, "record/regime") == "us_ca_ccpa");
  CHECK(text_of(answer, "record/model") == "opt_in");
  CHECK(reason_of(service.check("token", text_of(answer, "token"))) == "refused");
}

TEST_CASE("A starting state from before the rule counts no more") {
  Record start;
  start.id = make_uuid_v7(FakeClock().now());
  start.event = make_uuid_v7(FakeClock().now());
  start.subject = SubjectId{1};
  start.site = kSite;
  start.time = FakeClock().now();
  start.choices.set(Purpose::analytics, Choice::granted);
  start.choices.set(Purpose::marketing, Choice::denied);
  start.action = Action::default_state;
  start.regime = RegimeId::us_ca_ccpa;
  start.model = Model::opt_out;
  start.region = parse_region("US-CA");
  start.policy = 3;
  start.expires_at = start.time + kConsentLifetime;
  for (const bool strict : {false, true}) {
    TestService service(strict ? strict_america() : TestService::Parts{});
    REQUIRE_FALSE(service.service().ledger.append(start).failure);
    CHECK(reason_of(service.check("subject", "AQAAAAAAAAAAAAAAAAAAAA")) ==
          (strict ? "no_record" : "opt_out_default"));
  }
}

TEST_CASE("In a tightened region events and preferences wait for consent") {
  for (const bool strict : {false, true}) {
    const TestService service(strict ? strict_america() : TestService::Parts{});
    const http::Response events =
        service.post_events("null", "[" + service.page_view() + "]", kFromCalifornia);
    CHECK(kept(events) == (strict ? "{\"accepted\":0" : "{\"accepted\":1"));
    const http::Response page = service.outside(get(service, "/v1/preferences", kFromCalifornia));
    const bool checked = page.body.find(" checked") != std::string::npos;
    CHECK(checked == !strict);
  }
}

TEST_CASE("A notice speaks of DNT only where the site honours it") {
  http::Fields headers = kFromCalifornia;
  headers.emplace_back("DNT", "1");
  const TestService deaf;
  const JsonValue unheard = notice(deaf, headers);
  CHECK(member(unheard, "signals/dnt") == nullptr);
  CHECK(default_of_analytics(unheard) == "granted");

  const TestService service(honouring_dnt());
  const JsonValue heard = notice(service, headers);
  CHECK(member(heard, "signals/gpc")->boolean() == false);
  CHECK(member(heard, "signals/dnt")->boolean() == true);
  CHECK(default_of_analytics(heard) == "denied");
  CHECK(member(notice(service, kFromCalifornia), "signals/dnt")->boolean() == false);
  const http::Response page = service.outside(get(service, "/v1/preferences", headers));
  CHECK_THAT(page.body, ContainsSubstring("opt-out signal"));
}

TEST_CASE("DNT, where it is honoured, is recorded and decided on as GPC is") {
  const TestService service(honouring_dnt());
  http::Fields headers = kFromCalifornia;
  headers.emplace_back("DNT", "1");
  const http::Response events =
      service.post_events("null", "[" + service.page_view() + "]", headers);
  CHECK_THAT(events.body, ContainsSubstring("\"gpc\":1"));

  ConsentBody start = service.consent("US-CA");
  start.action = "\"default\"";
  start.layer = "\"none\"";
  start.choices = R"({"analytics": "granted", "marketing": "denied"})";
  CHECK(service.post_consent(start, {{"DNT", "1"}}).status == 422);
  CHECK(service.post_consent(start, {{"DNT", "0"}}).status == 201);

  const JsonValue answer = json_of(service.post_consent(service.consent("DE"), {{"DNT", "1"}}));
  CHECK(member(answer, "record/signals/gpc")->boolean() == true);
}
