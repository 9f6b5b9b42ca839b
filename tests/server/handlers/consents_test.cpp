#include <future>

#include "formats/uuid.h"
#include "support/catch.h"
#include "support/test_service.h"
#include "visitor/subject_id.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;
using namespace std::chrono_literals;

namespace {

constexpr const char* kDenied = R"({"analytics": "denied", "marketing": "denied"})";

ConsentBody refusal(const TestService& service, std::string_view region) {
  ConsentBody body = service.consent(region);
  body.action = "\"reject_all\"";
  body.choices = kDenied;
  return body;
}

http::Fields with_token(const JsonValue& answer) {
  return {{"Authorization", "Consent " + text_of(answer, "token")}};
}

JsonValue accepted(const TestService& service, std::string_view region = "DE") {
  const http::Response response = service.post_consent(service.consent(region));
  REQUIRE(response.status == 201);
  return json_of(response);
}

ConsentBody withdrawal(const TestService& service, const std::string& subject) {
  ConsentBody body = service.consent("DE");
  body.action = "\"withdraw\"";
  body.choices = kDenied;
  body.subject = subject.empty() ? "null" : "\"" + subject + "\"";
  body.ticket = body.notice = body.policy = body.language = "";
  return body;
}

}  // namespace

TEST_CASE(
    "Accepting is recorded with the ticket's region and answered with record, token and cookie") {
  TestService service;
  const http::Response response = service.post_consent(service.consent("FR"));
  REQUIRE(response.status == 201);
  const JsonValue answer = json_of(response);
  CHECK(text_of(answer, "record/region/country") == "FR");
  CHECK(text_of(answer, "record/regime") == "eu_gdpr");
  CHECK(text_of(answer, "record/choices/analytics") == "granted");
  CHECK(text_of(answer, "record/action") == "accept_all");
  CHECK(text_of(answer, "record/time") == "2026-11-23T10:00:00.000Z");
  CHECK(text_of(answer, "record/expires_at") == "2027-05-24T10:00:00.000Z");
  CHECK(member(answer, "record/sequence")->integer() == 1);
  CHECK(text_of(answer, "record/subject").size() == 22);
  CHECK(parse_uuid_v7(text_of(answer, "record/id")));
  const std::string token = text_of(answer, "token");
  CHECK(response.header("Set-Cookie") ==
        "__Host-dp_consent=" + token + "; Path=/; Secure; SameSite=Lax; Max-Age=15724800");
  CHECK(response.header("Cache-Control") == "private, no-store");
  CHECK(reason_of(service.check("token", token)) == "granted");
  CHECK(reason_of(service.check("subject", text_of(answer, "record/subject"))) == "granted");
}

TEST_CASE(
    "The same event again is 200 with the first answer, also without its token and after the "
    "ticket's end") {
  TestService service;
  ConsentBody body = service.consent("DE");
  body.subject = "\"AAAAAAAAAAAAAAAAAAAAAQ\"";
  const http::Response first = service.post_consent(body);
  REQUIRE(first.status == 201);
  service.clock().advance(30h);
  const http::Response again = service.post_consent(body);
  CHECK(again.status == 200);
  CHECK(again.body == first.body);
  CHECK(again.header("Set-Cookie") == first.header("Set-Cookie"));
}

TEST_CASE("The same event with another content is a conflict") {
  TestService service;
  ConsentBody body = service.consent("DE");
  REQUIRE(service.post_consent(body).status == 201);
  body.action = "\"reject_all\"";
  body.choices = kDenied;
  CHECK(service.post_consent(body).status == 409);
}

TEST_CASE(
    "A refusal is counted, has no subject, and its token is the same for everybody that day") {
  TestService service;
  const http::Response first = service.post_consent(refusal(service, "DE"));
  REQUIRE(first.status == 201);
  const JsonValue answer = json_of(first);
  CHECK(member(answer, "record/subject")->is_null());
  CHECK(member(answer, "record/sequence")->integer() == 0);
  service.clock().advance(3h);
  const JsonValue other = json_of(service.post_consent(refusal(service, "FR")));
  CHECK(text_of(answer, "token") == text_of(other, "token"));
  CHECK(reason_of(service.check("token", text_of(answer, "token"))) == "refused");
  service.clock().advance(24h);
  CHECK(text_of(json_of(service.post_consent(refusal(service, "DE"))), "token") !=
        text_of(answer, "token"));
}

TEST_CASE("A repeated refusal is 200 with the first answer") {
  TestService service;
  const ConsentBody body = refusal(service, "DE");
  const http::Response first = service.post_consent(body);
  const http::Response again = service.post_consent(body);
  CHECK(again.status == 200);
  CHECK(again.body == first.body);
}

TEST_CASE("An event that was a refusal is a conflict as a grant, and the other way round") {
  TestService service;
  ConsentBody body = refusal(service, "DE");
  REQUIRE(service.post_consent(body).status == 201);
  const ConsentBody grant = service.consent("DE");
  ConsentBody second = grant;
  second.event = body.event;
  CHECK(service.post_consent(second).status == 409);
  REQUIRE(service.post_consent(grant).status == 201);
  body.event = grant.event;
  CHECK(service.post_consent(body).status == 409);
}

TEST_CASE("A repeated grant gets its first answer however late, and costs no second record") {
  TestService service;
  const ConsentBody body = service.consent("DE");
  const http::Response first = service.post_consent(body);
  REQUIRE(first.status == 201);
  service.clock().advance(30h);  // ticket and clock are over
  const http::Response again = service.post_consent(body);
  CHECK(again.status == 200);
  CHECK(text_of(json_of(again), "record/id") == text_of(json_of(first), "record/id"));
}

TEST_CASE("Refusal tokens name what happened") {
  TestService service;
  const auto reason_after = [&](ConsentBody body) {
    const http::Response response = service.post_consent(body);
    REQUIRE(response.status == 201);
    return reason_of(service.check("token", text_of(json_of(response), "token")));
  };
  CHECK(reason_after(refusal(service, "US-CA")) == "opted_out");
  ConsentBody saved = refusal(service, "DE");
  saved.action = "\"save\"";
  saved.layer = "\"preferences\"";
  CHECK(reason_after(saved) == "refused");
  ConsentBody gpc = refusal(service, "US-CA");
  gpc.action = "\"gpc\"";
  gpc.layer = "\"none\"";
  CHECK(reason_after(gpc) == "gpc");
  CHECK(reason_after(withdrawal(service, "")) == "withdrawn");
}

TEST_CASE("A withdrawal needs the token and nothing else, and the next check sees it") {
  TestService service;
  const JsonValue grant = accepted(service);
  const std::string subject = text_of(grant, "record/subject");
  service.clock().advance(1h);
  CHECK(service.post_consent(withdrawal(service, subject)).status == 403);
  const http::Response response =
      service.post_consent(withdrawal(service, subject), with_token(grant));
  REQUIRE(response.status == 201);
  const JsonValue answer = json_of(response);
  CHECK(text_of(answer, "record/subject") == subject);
  CHECK(reason_of(service.check("subject", subject)) == "withdrawn");
  CHECK(reason_of(service.check("token", text_of(grant, "token"))) == "withdrawn");
  CHECK(reason_of(service.check("token", text_of(answer, "token"))) == "withdrawn");
}

TEST_CASE("A withdrawal finds its subject in the token, and goes through with a broken ticket") {
  TestService service;
  const JsonValue grant = accepted(service);
  service.clock().advance(1h);
  ConsentBody body = withdrawal(service, "");
  body.ticket = "\"nonsense\"";
  const http::Response response =
      service.post_consent(body, {{"Cookie", "a=b; __Host-dp_consent=" + text_of(grant, "token")}});
  REQUIRE(response.status == 201);
  CHECK(reason_of(service.check("subject", text_of(grant, "record/subject"))) == "withdrawn");
}

TEST_CASE("The retry of an older grant does not bring a withdrawn consent back") {
  TestService service;
  const ConsentBody body = service.consent("DE");
  const JsonValue grant = json_of(service.post_consent(body));
  service.clock().advance(1h);
  REQUIRE(service.post_consent(withdrawal(service, ""), with_token(grant)).status == 201);
  const http::Response retry = service.post_consent(body);
  CHECK(retry.status == 200);
  CHECK(reason_of(service.check("token", text_of(json_of(retry), "token"))) == "withdrawn");
}

TEST_CASE("A refusal of somebody who had granted reaches that subject, named or not") {
  TestService service;
  const JsonValue grant = accepted(service);
  service.clock().advance(1min);
  REQUIRE(service.post_consent(refusal(service, "DE"), with_token(grant)).status == 201);
  CHECK(reason_of(service.check("subject", text_of(grant, "record/subject"))) == "refused");
}

TEST_CASE("A grant that comes with a subject's token is that subject's, named or not") {
  TestService service;
  const JsonValue grant = accepted(service);
  const std::string subject = text_of(grant, "record/subject");
  service.clock().advance(1h);
  ConsentBody narrower = service.consent("DE");
  narrower.choices = R"({"analytics": "denied", "marketing": "granted"})";
  narrower.action = "\"save\"";
  const http::Response response = service.post_consent(narrower, with_token(grant));
  REQUIRE(response.status == 201);
  CHECK(text_of(json_of(response), "record/subject") == subject);
  CHECK(reason_of(service.check("subject", subject)) == "refused");
  const http::Response repeated = service.post_consent(narrower, with_token(grant));
  CHECK(repeated.status == 200);
  CHECK(text_of(json_of(repeated), "record/subject") == subject);

  ConsentBody stranger = service.consent("DE");
  const JsonValue other = json_of(service.post_consent(stranger, {{"Authorization", "Consent x"}}));
  CHECK(text_of(other, "record/subject") != subject);
}

TEST_CASE("The first write binds a subject to its token") {
  TestService service;
  ConsentBody body = service.consent("DE");
  body.subject = "\"AAAAAAAAAAAAAAAAAAAAAQ\"";
  const http::Response first = service.post_consent(body);
  REQUIRE(first.status == 201);
  CHECK(text_of(json_of(first), "record/subject") == "AAAAAAAAAAAAAAAAAAAAAQ");
  service.clock().advance(1min);
  ConsentBody next = service.consent("DE");
  next.subject = body.subject;
  CHECK(service.post_consent(next).status == 403);
  CHECK(service.post_consent(next, with_token(accepted(service))).status == 403);
  CHECK(service.post_consent(next, {{"Authorization", "Consent 1.forged.token"}}).status == 403);
  CHECK(service.post_consent(next, with_token(json_of(first))).status == 201);
}

TEST_CASE("A grant that names an erased subject without its token gets another") {
  TestService service;
  ConsentBody body = service.consent("DE");
  body.subject = "\"AAAAAAAAAAAAAAAAAAAAAQ\"";
  REQUIRE(service.post_consent(body).status == 201);
  const SubjectId erased = parse_subject_id("AAAAAAAAAAAAAAAAAAAAAQ").value();
  Ledger& ledger = service.service().ledger;
  REQUIRE(ledger.erase(kSite, erased, ErasureCause::request, service.clock().now()).outcome ==
          Erasure::Outcome::erased);
  service.clock().advance(1min);
  ConsentBody next = service.consent("DE");
  next.subject = body.subject;
  const http::Response response = service.post_consent(next);
  REQUIRE(response.status == 201);
  CHECK(text_of(json_of(response), "record/subject") != "AAAAAAAAAAAAAAAAAAAAAQ");
  CHECK(ledger.history(kSite, erased).records.size() == 2);
}

TEST_CASE(
    "The starting state of an opt-out region is recorded, and only there and without a signal") {
  TestService service;
  const auto starting = [&](std::string_view region) {
    ConsentBody body = service.consent(region);
    body.action = "\"default\"";
    body.layer = "\"none\"";
    body.choices = R"({"analytics": "granted", "marketing": "denied"})";
    return body;
  };
  const http::Response response = service.post_consent(starting("US-CA"));
  REQUIRE(response.status == 201);
  CHECK(reason_of(service.check("subject", text_of(json_of(response), "record/subject"))) ==
        "opt_out_default");
  CHECK(service.post_consent(starting("DE")).status == 422);
  CHECK(service.post_consent(starting("US-CA"), {{"Sec-GPC", "1"}}).status == 422);
  ConsentBody body = starting("US-CA");
  body.layer = "\"banner\"";
  CHECK(service.post_consent(body).status == 422);
  body = starting("US-CA");
  body.choices = R"({"analytics": "granted", "marketing": "granted"})";
  CHECK(service.post_consent(body).status == 422);
}

TEST_CASE("The signal is recorded from the header or the body") {
  TestService service;
  const auto recorded = [](const http::Response& response) {
    return member(json_of(response), "record/signals/gpc")->boolean();
  };
  CHECK(recorded(service.post_consent(service.consent("US-CA"))) == false);
  CHECK(recorded(service.post_consent(service.consent("US-CA"), {{"Sec-GPC", "1"}})) == true);
  ConsentBody body = service.consent("US-CA");
  body.gpc = "true";
  CHECK(recorded(service.post_consent(body)) == true);
}

TEST_CASE("A ticket that is not ours is 422, one that is old or overtaken is 409") {
  TestService service;
  ConsentBody forged = service.consent("DE");
  forged.ticket[forged.ticket.size() - 10] =
      forged.ticket[forged.ticket.size() - 10] == 'A' ? 'B' : 'A';
  const http::Response response = service.post_consent(forged);
  CHECK(response.status == 422);
  CHECK(*member(json_of(response), "errors")->array()->at(0).find("pointer")->string() ==
        "/ticket");

  ConsentBody old = service.consent("DE");
  service.clock().advance(24h);
  old.event = service.consent("DE").event;
  old.client_time = "";
  CHECK(service.post_consent(old).status == 409);
  ConsentBody policy = service.consent("DE");
  policy.policy = "1";
  CHECK(service.post_consent(policy).status == 409);
  ConsentBody notice = service.consent("DE");
  notice.notice = "\"sha256:" + std::string(64, 'a') + "\"";
  CHECK(service.post_consent(notice).status == 409);
}

TEST_CASE("A clock more than a day off is 422") {
  TestService service;
  const auto status = [&](std::chrono::milliseconds off) {
    ConsentBody body = service.consent("DE");
    body.client_time = "\"" + to_rfc3339(service.clock().now() + off) + "\"";
    const int by_time = service.post_consent(body).status;
    body = service.consent("DE");
    body.client_time = "";
    body.event = "\"" + to_text(make_uuid_v7(service.clock().now() + off)) + "\"";
    CHECK(service.post_consent(body).status == by_time);
    return by_time;
  };
  CHECK(status(24h) == 201);
  CHECK(status(-24h) == 201);
  CHECK(status(24h + 1ms) == 422);
  CHECK(status(-24h - 1ms) == 422);
}

TEST_CASE("Every wrong member is named with its pointer") {
  TestService service;
  struct Row {
    std::string pointer;
    void (*change)(ConsentBody&);
  };
  const std::vector<Row> rows = {
      {"/site", [](ConsentBody& b) { b.site = "\"other.example\""; }},
      {"/site", [](ConsentBody& b) { b.site = "7"; }},
      {"/event", [](ConsentBody& b) { b.event = "\"not-a-uuid\""; }},
      {"/event", [](ConsentBody& b) { b.event = "\"017f22e2-79b0-4cc3-98c4-dc0c0c07398f\""; }},
      {"/subject", [](ConsentBody& b) { b.subject = "\"short\""; }},
      {"/notice", [](ConsentBody& b) { b.notice = "\"sha256:xyz\""; }},
      {"/policy", [](ConsentBody& b) { b.policy = "\"3\""; }},
      {"/policy", [](ConsentBody& b) { b.policy = "65536"; }},
      {"/policy", [](ConsentBody& b) { b.policy = "0"; }},
      {"/language", [](ConsentBody& b) { b.language = "\"not a language\""; }},
      {"/choices", [](ConsentBody& b) { b.choices = "[]"; }},
      {"/choices/marketing", [](ConsentBody& b) { b.choices = R"({"analytics": "granted"})"; }},
      {"/choices/analytics",
       [](ConsentBody& b) { b.choices = R"({"analytics": "yes", "marketing": "granted"})"; }},
      {"/choices/analytics",
       [](ConsentBody& b) { b.choices = R"({"analytics": true, "marketing": "granted"})"; }},
      {"/choices/essential",
       [](ConsentBody& b) {
         b.choices = R"({"analytics": "granted", "marketing": "granted", "essential": "granted"})";
       }},
      {"/choices/marketing",
       [](ConsentBody& b) { b.choices = R"({"analytics": "granted", "marketing": "denied"})"; }},
      {"/choices/analytics", [](ConsentBody& b) { b.action = "\"reject_all\""; }},
      {"/action", [](ConsentBody& b) { b.action = "\"agree\""; }},
      {"/layer", [](ConsentBody& b) { b.layer = "\"popup\""; }},
      {"/client_time", [](ConsentBody& b) { b.client_time = "\"yesterday\""; }},
      {"/gpc", [](ConsentBody& b) { b.gpc = "\"1\""; }},
      {"/extra", [](ConsentBody& b) { b.extra = ", \"extra\": 1"; }},
  };
  for (const Row& row : rows) {
    ConsentBody body = service.consent("DE");
    row.change(body);
    INFO(body.json());
    const http::Response response = service.post_consent(body);
    CHECK(response.status == 422);
    CHECK(response.header("Content-Type") == "application/problem+json");
    CHECK(response.body.find("{\"pointer\":\"" + row.pointer + "\"") != std::string::npos);
  }
}

TEST_CASE("What may be missing from a withdrawal only is an error elsewhere") {
  TestService service;
  for (std::string ConsentBody::*name :
       {&ConsentBody::ticket, &ConsentBody::notice, &ConsentBody::policy, &ConsentBody::language,
        &ConsentBody::choices}) {
    ConsentBody body = service.consent("DE");
    body.*name = "";
    CHECK(service.post_consent(body).status == 422);
  }
}

TEST_CASE("What is not JSON is 400, another type 415, another method 405") {
  TestService service;
  http::Request request = service.request("POST", "/v1/consents", "{\"site\": ");
  CHECK(service.outside(request).status == 400);
  request.body = R"({"site": 1, "site": 2})";
  CHECK(service.outside(request).status == 400);
  request.headers.back().second = "text/plain";
  CHECK(service.outside(request).status == 415);
  const http::Response response = service.outside(service.request("GET", "/v1/consents"));
  CHECK(response.status == 405);
  CHECK(response.header("Allow") == "POST, OPTIONS");
}

TEST_CASE("What was stored is answered without reading the ledger; what came again is not") {
  TestService service;
  const ConsentBody body = service.consent("DE");
  const auto post = [&] { return service.request("POST", "/v1/consents", body.json()); };
  const auto stored = [&](http::Request& request) {
    http::Outcome outcome = service.outside_started(request);
    REQUIRE(outcome.later);
    std::promise<void> done;
    outcome.later->start([&done] { done.set_value(); });
    done.get_future().wait();
    return std::move(*outcome.later);
  };
  http::Request first = post();
  const http::Later write = stored(first);
  first.at_once = true;
  const auto answer = service.outside_finished(first, write);
  REQUIRE(answer);
  CHECK(answer->status == 201);
  CHECK(answer->header("Vary") == "Origin");
  CHECK(reason_of(service.check("token", text_of(json_of(*answer), "token"))) == "granted");

  http::Request again = post();
  const http::Later repeat = stored(again);
  again.at_once = true;
  CHECK_FALSE(service.outside_finished(again, repeat));
  again.at_once = false;
  const auto repeated = service.outside_finished(again, repeat);
  CHECK(repeated->status == 200);
  CHECK(text_of(json_of(*repeated), "record/id") == text_of(json_of(*answer), "record/id"));
}
