#include <filesystem>

#include "support/catch.h"
#include "support/test_service.h"
#include "telemetry/metrics.h"
#include "visitor/subject_id.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;
using namespace std::chrono_literals;

namespace {

http::Response post(TestService& service, const std::string& body,
                    const std::string& scopes = "check") {
  return service.inside(service.request("POST", "/v1/check", body), scopes);
}

int get_status(TestService& service, http::Fields query) {
  http::Request request = service.request("GET", "/v1/check");
  request.query = std::move(query);
  return service.inside(std::move(request), "check").status;
}

std::string list(const std::string& name, const std::vector<std::string>& entries) {
  std::string body = R"({"site": "dialphone.com", "purpose": "analytics", ")" + name + "\": [";
  for (std::size_t i = 0; i < entries.size(); ++i)
    body += (i == 0 ? "\"" : ", \"") + entries[i] + "\"";
  return body + "]}";
}

}  // namespace

TEST_CASE("Answers come in the order asked, whatever was asked") {
  TestService service;
  const JsonValue grant = json_of(service.post_consent(service.consent("DE")));
  const std::string subject = text_of(grant, "record/subject");
  const http::Response response = post(
      service, list("subjects", {"AAAAAAAAAAAAAAAAAAAAAQ", subject, "malformed", "", subject}));
  REQUIRE(response.status == 200);
  const JsonValue answer = json_of(response);
  const JsonArray& results = *answer.find("results")->array();
  REQUIRE(results.size() == 5);
  CHECK(reason_of(results[0]) == "no_record");
  CHECK(reason_of(results[1]) == "granted");
  CHECK(reason_of(results[2]) == "no_record");
  CHECK(reason_of(results[3]) == "no_record");
  CHECK(reason_of(results[4]) == "granted");
  CHECK(results[0].find("allowed")->boolean() == false);
  CHECK(results[0].find("policy")->is_null());
  CHECK(results[0].find("expires_at")->is_null());
  CHECK(results[1].find("allowed")->boolean() == true);
  CHECK(results[1].find("policy")->integer() == 3);
  CHECK(text_of(results[1], "expires_at") == "2027-05-24T10:00:00.000Z");
}

TEST_CASE("Of thousands each gets its own answer, known or not") {
  TestService service;
  std::vector<std::string> known;
  for (int i = 0; i < 3; ++i) {
    known.push_back(
        text_of(json_of(service.post_consent(service.consent("DE"))), "record/subject"));
  }
  std::vector<std::string> asked;
  for (std::size_t i = 0; i < 1'000; ++i) {
    std::string entry = i % 2 == 0 ? "malformed" : subject_text(make_subject_id());
    if (i % 7 == 3) entry = known[i % known.size()];
    asked.push_back(entry);
  }
  const JsonValue answer = json_of(post(service, list("subjects", asked)));
  const JsonArray& results = *answer.find("results")->array();
  REQUIRE(results.size() == asked.size());
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (reason_of(results[i]) != (i % 7 == 3 ? "granted" : "no_record")) ++wrong;
  }
  CHECK(wrong == 0);
  std::string body = list("subjects", asked);
  body.replace(body.find("analytics"), std::string_view("analytics").size(), "profiling");
  const JsonValue unknown = json_of(post(service, body));
  REQUIRE(unknown.find("results")->array()->size() == asked.size());
  for (const JsonValue& one : *unknown.find("results")->array()) {
    if (reason_of(one) != "unknown_purpose") ++wrong;
  }
  CHECK(wrong == 0);
}

TEST_CASE("A token answers from the ledger, a forged one is invalid") {
  TestService service;
  const std::string token = text_of(json_of(service.post_consent(service.consent("DE"))), "token");
  std::string forged = token;
  forged.back() = forged.back() == 'A' ? 'Q' : 'A';
  const JsonValue answer = json_of(post(service, list("tokens", {token, forged, "", "1.x.y"})));
  const JsonArray& results = *answer.find("results")->array();
  CHECK(reason_of(results[0]) == "granted");
  for (std::size_t i = 1; i < 4; ++i) CHECK(reason_of(results[i]) == "invalid_token");
}

TEST_CASE("A token of a subject the ledger does not know proves nothing") {
  TestService service;
  Token token;
  token.kind = TokenKind::grant;
  token.decided_at = std::chrono::floor<std::chrono::seconds>(service.clock().now());
  token.policy = 3;
  token.choices.set(Purpose::analytics, Choice::granted);
  token.action = Action::save;
  token.subject.fill(3);
  CHECK(reason_of(service.check("token", service.keyring().sign_token(kSite, token))) ==
        "no_record");
}

TEST_CASE("A consent expires after 182 days, to the second") {
  TestService service;
  const std::string subject =
      text_of(json_of(service.post_consent(service.consent("DE"))), "record/subject");
  service.clock().advance(std::chrono::days(182) - 1s);
  CHECK(reason_of(service.check("subject", subject)) == "granted");
  service.clock().advance(1s);
  CHECK(reason_of(service.check("subject", subject)) == "expired");
}

TEST_CASE("Essential is always allowed, an unknown purpose never") {
  TestService service;
  const auto ask = [&](const std::string& purpose) {
    const std::string body = R"({"site": "dialphone.com", "purpose": ")" + purpose +
                             R"(", "subjects": ["AAAAAAAAAAAAAAAAAAAAAQ"]})";
    return reason_of(json_of(post(service, body)).find("results")->array()->at(0));
  };
  CHECK(ask("essential") == "essential");
  CHECK(ask("profiling") == "unknown_purpose");
  CHECK(ask("Analytics") == "unknown_purpose");
  CHECK(ask("marketing") == "no_record");
}

TEST_CASE("A question that is not one is 422 with its pointer") {
  TestService service;
  const auto refused = [&](const std::string& body, const std::string& pointer) {
    const http::Response response = post(service, body);
    INFO(body << " " << response.body);
    CHECK(response.status == 422);
    CHECK(response.body.find("\"pointer\":\"" + pointer + "\"") != std::string::npos);
  };
  refused(R"({"purpose": "analytics", "subjects": []})", "/site");
  refused(R"({"site": "other.example", "purpose": "analytics", "subjects": []})", "/site");
  refused(R"({"site": "dialphone.com", "purpose": 1, "subjects": []})", "/purpose");
  refused(R"({"site": "dialphone.com", "purpose": "analytics"})", "");
  refused(R"({"site": "dialphone.com", "purpose": "analytics", "subjects": [], "tokens": []})", "");
  refused(R"({"site": "dialphone.com", "purpose": "analytics", "subjects": [1]})", "/subjects/0");
  refused(R"({"site": "dialphone.com", "purpose": "analytics", "subjects": "x"})", "/subjects");
  refused(R"({"site": "dialphone.com", "purpose": "analytics", "subjects": [], "x": 1})", "/x");
  CHECK(post(service, "[").status == 400);
  CHECK(json_of(post(service, list("subjects", {}))).find("results")->array()->empty());
}

TEST_CASE("Ten thousand entries are answered, one more is refused") {
  TestService service;
  std::vector<std::string> entries(10'000, "AAAAAAAAAAAAAAAAAAAAAQ");
  CHECK(json_of(post(service, list("subjects", entries))).find("results")->array()->size() ==
        10'000);
  entries.emplace_back("x");
  CHECK(post(service, list("subjects", entries)).status == 422);
}

TEST_CASE("GET wants site, purpose and exactly one visitor") {
  TestService service;
  CHECK(get_status(service, {{"site", kSite}, {"purpose", "analytics"}, {"subject", "x"}}) == 200);
  CHECK(get_status(service,
                   {{"site", kSite}, {"purpose", "analytics"}, {"token", "x"}, {"other", "1"}}) ==
        200);
  CHECK(get_status(service, {{"purpose", "analytics"}, {"subject", "x"}}) == 422);
  CHECK(get_status(service, {{"site", kSite}, {"subject", "x"}}) == 422);
  CHECK(get_status(service, {{"site", kSite}, {"purpose", "analytics"}}) == 422);
  CHECK(get_status(service,
                   {{"site", kSite}, {"purpose", "analytics"}, {"subject", "x"}, {"token", "y"}}) ==
        422);
  CHECK(
      get_status(service,
                 {{"site", kSite}, {"purpose", "analytics"}, {"subject", "x"}, {"subject", "y"}}) ==
      422);
  CHECK(get_status(service,
                   {{"site", "other.example"}, {"purpose", "analytics"}, {"subject", "x"}}) == 422);
}

TEST_CASE("An opt-out wins over a default, and marketing has no default") {
  TestService service;
  ConsentBody body = service.consent("US-CA");
  body.action = "\"default\"";
  body.layer = "\"none\"";
  body.choices = R"({"analytics": "granted", "marketing": "denied"})";
  const JsonValue start = json_of(service.post_consent(body));
  const std::string subject = text_of(start, "record/subject");
  const std::string ask =
      R"({"site": "dialphone.com", "purpose": "marketing", "subjects": [")" + subject + "\"]}";
  CHECK(reason_of(json_of(post(service, ask)).find("results")->array()->at(0)) == "no_record");
  service.clock().advance(1min);
  ConsentBody out = service.consent("US-CA");
  out.action = "\"reject_all\"";
  out.choices = R"({"analytics": "denied", "marketing": "denied"})";
  REQUIRE(
      service.post_consent(out, {{"Authorization", "Consent " + text_of(start, "token")}}).status ==
      201);
  CHECK(reason_of(service.check("subject", subject)) == "opted_out");
}

TEST_CASE("What memory holds is answered at once: a file is read by a worker") {
  TestService service;
  const JsonValue grant = json_of(service.post_consent(service.consent("DE")));
  const std::string key = service.api_key("check");
  const auto question = [&](const std::string& by, const std::string& value) {
    http::Request request = service.request("GET", "/v1/check");
    request.query = {{"site", kSite}, {"purpose", "analytics"}, {by, value}};
    request.headers.emplace_back("Authorization", "Bearer " + key);
    return request;
  };
  const std::string subject = text_of(grant, "record/subject");
  const std::string unknown = "AAAAAAAAAAAAAAAAAAAAAQ";
  const auto decisions = [&] {
    const std::string text = service.service().metrics.render();
    const std::size_t first = text.find("consent_decisions_total");
    return text.substr(first, text.find("consent_events_accepted_total") - first);
  };
  service.inside(question("subject", "malformed"));  // the key is new
  const std::string counted = decisions();
  CHECK_FALSE(service.inside_at_once(question("subject", unknown)));
  CHECK(decisions() == counted);
  for (const std::string& each : {subject, unknown}) {
    const http::Response slow = service.inside(question("subject", each));
    const auto fast = service.inside_at_once(question("subject", each));
    REQUIRE(fast);
    CHECK(fast->status == 200);
    CHECK(fast->body == slow.body);
    CHECK(fast->headers == slow.headers);
  }
  CHECK(service.inside_at_once(question("token", text_of(grant, "token"))));
  CHECK(reason_of(json_of(*service.inside_at_once(question("token", "malformed")))) ==
        "invalid_token");
  CHECK(service.inside_at_once(question("nobody", ""))->status == 422);
}

TEST_CASE("A removed key ends at once, and a withdrawal is seen at once, in memory too") {
  TestService service;
  const JsonValue grant = json_of(service.post_consent(service.consent("DE")));
  const std::string key = service.api_key("check");
  http::Request question = service.request("GET", "/v1/check");
  question.query = {{"site", kSite}, {"purpose", "analytics"}};
  question.query.emplace_back("token", text_of(grant, "token"));
  question.headers.emplace_back("Authorization", "Bearer " + key);
  service.inside(question);
  question.turn = 1;
  CHECK(reason_of(json_of(*service.inside_at_once(question))) == "granted");

  ConsentBody withdrawal = service.consent("DE");
  withdrawal.action = "\"withdraw\"";
  withdrawal.choices = R"({"analytics": "denied", "marketing": "denied"})";
  const http::Fields token{{"Authorization", "Consent " + text_of(grant, "token")}};
  REQUIRE(service.post_consent(withdrawal, token).status == 201);
  const auto after = service.inside_at_once(question);
  if (after) CHECK(reason_of(json_of(*after)) == "withdrawn");
  CHECK(reason_of(json_of(service.inside(question))) == "withdrawn");
  CHECK(reason_of(json_of(*service.inside_at_once(question))) == "withdrawn");

  std::filesystem::resize_file(service.data_dir() + "/keys/api_keys.jsonl", 0);
  question.turn = 2;
  CHECK_FALSE(service.inside_at_once(question));
  CHECK(service.inside(question).status == 401);
  question.turn = 3;
  CHECK(service.inside_at_once(question)->status == 401);
}
