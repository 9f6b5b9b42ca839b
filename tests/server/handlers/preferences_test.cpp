#include "support/catch.h"
#include "support/test_service.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

http::Response open_page(const TestService& service, const std::string& token = "") {
  http::Request request = service.request("GET", "/v1/preferences");
  if (!token.empty()) request.headers.emplace_back("Cookie", "__Host-dp_consent=" + token);
  return service.outside(request);
}

}  // namespace

TEST_CASE("The preferences page allows no script and shows what a grant allows") {
  const TestService service;
  const http::Response fresh = open_page(service);
  REQUIRE(fresh.status == 200);
  CHECK(fresh.header("Cache-Control") == "private, no-store");
  CHECK_THAT(std::string(fresh.header("Content-Security-Policy")),
             Catch::Matchers::StartsWith("default-src 'none'; style-src 'sha256-"));
  CHECK(fresh.body.find("<script") == std::string::npos);
  CHECK(fresh.body.find(" checked") == std::string::npos);
  CHECK(fresh.body.find("value=\"withdraw\"") == std::string::npos);
  CHECK_THAT(fresh.body, ContainsSubstring("name=\"return\" value=\"/v1/preferences?saved=1\""));
}

TEST_CASE("A grant counts on the preferences page as far as the ledger knows it") {
  TestService service;
  ConsentBody body = service.consent("DE");
  body.action = "\"save\"";
  body.choices = R"({"analytics": "granted", "marketing": "denied"})";
  const std::string token = text_of(json_of(service.post_consent(body)), "token");
  const std::string html = open_page(service, token).body;
  CHECK_THAT(html, ContainsSubstring("aria-describedby=\"about-analytics\" checked"));
  CHECK_THAT(html, !ContainsSubstring("aria-describedby=\"about-marketing\" checked"));
  CHECK_THAT(html, ContainsSubstring("value=\"withdraw\""));

  // Signed by this service, and nowhere on record.
  Token unknown;
  unknown.kind = TokenKind::grant;
  unknown.decided_at = std::chrono::floor<std::chrono::seconds>(service.clock().now());
  unknown.policy = 3;
  unknown.choices.set(Purpose::analytics, Choice::granted);
  unknown.action = Action::save;
  unknown.region = parse_region("DE");
  unknown.subject.fill(7);
  const std::string signed_token = service.keyring().sign_token(kSite, unknown);
  CHECK_THAT(open_page(service, signed_token).body, !ContainsSubstring(" checked"));
}
