// Records stay in their zone: what crosses becomes a new subject there, and the old one is
// withdrawn.

#include "consent/token.h"
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

constexpr const char* kDenied = R"({"analytics": "denied", "marketing": "denied"})";
constexpr const char* kSomebody = "\"AAAAAAAAAAAAAAAAAAAAAQ\"";

http::Fields holding(const JsonValue& answer) {
  return {{"Authorization", "Consent " + text_of(answer, "token")}};
}

SubjectId subject_in(const JsonValue& answer) {
  return parse_subject_id(text_of(answer, "record/subject")).value();
}

std::optional<Zone> zone_of(const TestService& service, const SubjectId& subject) {
  return service.service().ledger.state_of(kSite, subject).zone;
}

// A service that holds the zone us only.
struct American {
  TemporaryDirectory directory;
  TestService service;
  American() : service(parts(directory)) {}
  static TestService::Parts parts(const TemporaryDirectory& directory) {
    TestService::Parts parts;
    parts.ledger = open_sqlite_ledger({.data_dir = directory.path().string(), .zones = {Zone::us}});
    return parts;
  }
};

}  // namespace

TEST_CASE("A grant is stored in its ticket's zone") {
  const TestService service;
  const JsonValue german = json_of(service.post_consent(service.consent("DE")));
  const JsonValue texan = json_of(service.post_consent(service.consent("US-TX")));
  const JsonValue unknown = json_of(service.post_consent(service.consent("")));
  CHECK(zone_of(service, subject_in(german)) == Zone::eu);
  CHECK(zone_of(service, subject_in(texan)) == Zone::us);
  CHECK(zone_of(service, subject_in(unknown)) == Zone::eu);
}

TEST_CASE("A subject that comes back from another zone is withdrawn there, and new here") {
  TestService service;
  const JsonValue german = json_of(service.post_consent(service.consent("DE")));
  ConsentBody body = service.consent("US-TX");
  body.subject = "\"" + text_of(german, "record/subject") + "\"";
  const http::Response answered = service.post_consent(body, holding(german));
  REQUIRE(answered.status == 201);
  const JsonValue texan = json_of(answered);
  CHECK(subject_in(texan) != subject_in(german));
  CHECK(zone_of(service, subject_in(texan)) == Zone::us);
  CHECK(zone_of(service, subject_in(german)) == Zone::eu);
  CHECK(reason_of(service.check("subject", text_of(german, "record/subject"))) == "withdrawn");
  CHECK(reason_of(service.check("subject", text_of(texan, "record/subject"))) == "granted");
  CHECK(reason_of(service.check("token", text_of(german, "token"))) == "withdrawn");
  CHECK(service.service().ledger.history(kSite, subject_in(german)).records.size() == 2);
}

TEST_CASE("A denial goes to where its subject is, whatever zone its ticket names") {
  TestService service;
  const JsonValue german = json_of(service.post_consent(service.consent("DE")));
  ConsentBody body = service.consent("US-TX");
  body.subject = "\"" + text_of(german, "record/subject") + "\"";
  body.choices = kDenied;
  body.action = "\"reject_all\"";
  REQUIRE(service.post_consent(body, holding(german)).status == 201);
  CHECK(zone_of(service, subject_in(german)) == Zone::eu);
  CHECK(reason_of(service.check("subject", text_of(german, "record/subject"))) == "opted_out");
}

TEST_CASE("A write for a zone that is not held is 421, and leaves nothing") {
  American american;
  const TestService& service = american.service;
  const http::Response grant = service.post_consent(service.consent("DE"));
  CHECK(grant.status == 421);
  CHECK_THAT(grant.body, ContainsSubstring("zone eu") && ContainsSubstring("/ticket"));
  ConsentBody refusal = service.consent("DE");
  refusal.choices = kDenied;
  refusal.action = "\"reject_all\"";
  CHECK(service.post_consent(refusal).status == 421);
  CHECK(service.post_consent(service.consent("US-TX")).status == 201);
  CHECK_FALSE(std::filesystem::exists(american.directory.path() / "zones" / "eu"));
}

TEST_CASE("Whose subject is in a zone that is not held is sent there first") {
  American american;
  TestService& service = american.service;
  Token token;
  token.kind = TokenKind::grant;
  token.subject = parse_subject_id(std::string_view(kSomebody).substr(1, 22)).value();
  token.region = parse_region("DE");
  token.action = Action::accept_all;
  token.policy = 3;
  token.choices.set(Purpose::analytics, Choice::granted);
  token.decided_at = std::chrono::floor<std::chrono::seconds>(service.clock().now());
  ConsentBody body = service.consent("US-TX");
  body.subject = kSomebody;
  const http::Response answer = service.post_consent(
      body, {{"Authorization", "Consent " + service.keyring().sign_token(kSite, token)}});
  CHECK(answer.status == 421);
  CHECK_THAT(answer.body, ContainsSubstring("/subject"));
}

TEST_CASE("An erased subject's grant makes a new one: its event is not stored twice") {
  TestService service;
  const ConsentBody first = service.consent("DE");
  const JsonValue german = json_of(service.post_consent(first));
  Ledger& ledger = service.service().ledger;
  const auto erasure =
      ledger.erase(kSite, subject_in(german), ErasureCause::request, service.clock().now());
  REQUIRE(erasure.outcome == Erasure::Outcome::erased);
  CHECK(reason_of(service.check("subject", text_of(german, "record/subject"))) == "erased");
  CHECK(service.post_consent(first, holding(german)).status == 409);
  ConsentBody again = service.consent("DE");
  again.subject = "\"" + text_of(german, "record/subject") + "\"";
  const http::Response answer = service.post_consent(again, holding(german));
  REQUIRE(answer.status == 201);
  CHECK(subject_in(json_of(answer)) != subject_in(german));
  CHECK(reason_of(service.check("subject", text_of(german, "record/subject"))) == "erased");
}
