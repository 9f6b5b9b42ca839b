// A certificate is checked without the service: whatever is changed in it is noticed.

#include "rights/certificate_check.h"

#include "support/catch.h"
#include "support/test_service.h"
#include "wire/json_writer.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string erase_somebody(const TestService& service, std::string_view region) {
  const std::string token =
      text_of(json_of(service.post_consent(service.consent(region))), "token");
  http::Request request = service.request("DELETE", "/v1/me");
  request.headers.emplace_back("Authorization", "Consent " + token);
  request.headers.emplace_back("Origin", kOrigin);
  const http::Response response = service.outside(std::move(request));
  REQUIRE(response.status == 200);
  return response.body;
}

NoteVerifier key_of(const TestService& service, Zone zone) {
  return parse_verifier_key(service.service().logs->find(zone)->verifier_key()).value();
}

// The certificate with the first `from` behind `place` replaced.
std::string changed(std::string text, std::string_view place, std::string_view from,
                    std::string_view to) {
  const std::size_t start = text.find(place);
  REQUIRE(start != std::string::npos);
  const std::size_t at = text.find(from, start);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("A certificate holds as it was handed out, and with the log's own key only") {
  TestService service;
  const std::string certificate = erase_somebody(service, "DE");
  const EvidenceCheck check = check_certificate(certificate, key_of(service, Zone::eu));
  CHECK(check.failure.empty());
  REQUIRE(check.proven.size() == 4);
  CHECK_THAT(check.proven[0], ContainsSubstring("/consent/eu"));
  CHECK_THAT(check.proven[3], ContainsSubstring("1 subjects, 1 records and 0 events destroyed"));
  CHECK_THAT(check_certificate(certificate, key_of(service, Zone::us)).failure,
             ContainsSubstring("not signed with this key"));
}

TEST_CASE("A certificate of which anything is changed does not hold") {
  TestService service;
  const std::string certificate = erase_somebody(service, "DE");
  const std::string other = erase_somebody(service, "DE");
  const NoteVerifier key = key_of(service, Zone::eu);
  const auto failure_of = [&](const std::string& text) {
    return check_certificate(text, key).failure;
  };
  REQUIRE(failure_of(certificate).empty());
  CHECK_THAT(failure_of(changed(certificate, "\"records\":", "1", "2")),
             ContainsSubstring("something else than what was signed"));
  CHECK_THAT(failure_of(changed(certificate, "\"zone\":", "eu", "us")),
             ContainsSubstring("something else than what was signed"));
  CHECK_THAT(failure_of(changed(certificate, "\"format\":", "certificate/1", "certificate/2")),
             ContainsSubstring("of another version"));
  CHECK_THAT(failure_of(changed(certificate, "\"note\":\"{", "GDPR", "gdpr")),
             ContainsSubstring("the note is not signed with this key"));
  CHECK_THAT(failure_of(changed(certificate, "\"index\":", ":", ":1")),
             ContainsSubstring("does not lead from the leaf to the signed tree"));
  CHECK_THAT(failure_of(changed(certificate, "\"checkpoint\":", "\\n", "0\\n")),
             ContainsSubstring("the checkpoint is not signed with this key"));
  CHECK_THAT(failure_of(changed(certificate, "\"left\":", "0", "0.5")),
             ContainsSubstring("holds a number that is not whole"));
  CHECK_THAT(failure_of("{}"), ContainsSubstring("/certificate is missing"));
  CHECK_THAT(failure_of(certificate.substr(1)), ContainsSubstring("no JSON"));

  // The leaf, its proof and its checkpoint of another one, each of which is sound.
  const JsonValue first = json_of(http::text_response(200, "application/json", certificate));
  const JsonValue second = json_of(http::text_response(200, "application/json", other));
  JsonObject mixed;
  for (const JsonMember& one : *first.object()) {
    const bool taken = one.name == "leaf" || one.name == "proof" || one.name == "checkpoint";
    mixed.push_back({one.name, taken ? *second.find(one.name) : one.value});
  }
  CHECK_THAT(failure_of(to_json(JsonValue(mixed))),
             ContainsSubstring("the leaf is that of another certificate"));
}
