#include "crypto/sha256.h"
#include "keys/ticket.h"
#include "support/catch.h"
#include "support/test_service.h"
#include "support/waiting_ledger.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr const char* kUnknownAddress = "192.0.2.1";

http::Response ask(const TestService& service, const http::Fields& query,
                   const http::Fields& headers = {}, const std::string& address = kUnknownAddress) {
  http::Request request = service.request("GET", "/v1/notice");
  request.query = query;
  request.headers = headers;
  request.headers.emplace_back("X-Forwarded-For", address);
  return service.outside(request);
}

JsonValue notice_for(const TestService& service, const http::Fields& headers = {},
                     const std::string& address = kUnknownAddress) {
  const http::Response response = ask(service, {{"site", kSite}}, headers, address);
  REQUIRE(response.status == 200);
  return json_of(response);
}

http::Response by_id(const TestService& service, const std::string& id,
                     const http::Fields& headers = {}) {
  http::Request request = service.request("GET", "/v1/notices/" + id);
  request.headers.insert(request.headers.end(), headers.begin(), headers.end());
  return service.outside(request);
}

std::string default_of(const JsonValue& notice, std::size_t purpose) {
  return text_of(notice.find("purposes")->array()->at(purpose), "default");
}

}  // namespace

TEST_CASE("A notice tells a visitor from Germany region, regime, policy and ticket") {
  TestService service;
  const JsonValue notice =
      notice_for(service, {{"Accept-Language", "de-AT,de;q=0.9"}}, kGermanAddress);
  CHECK(text_of(notice, "region/country") == "DE");
  CHECK(member(notice, "region/subdivision")->is_null());
  CHECK(text_of(notice, "region/source") == "geo_db");
  CHECK(text_of(notice, "regime/id") == "eu_gdpr");
  CHECK(text_of(notice, "regime/model") == "opt_in");
  CHECK(text_of(notice, "zone") == "eu");
  CHECK(member(notice, "policy/version")->integer() == 3);
  CHECK(text_of(notice, "policy/effective_at") == "2026-04-01T00:00:00.000Z");
  CHECK(member(notice, "policy/upcoming")->is_null());
  CHECK(text_of(notice, "notice/language") == "de");
  CHECK(text_of(notice, "text/reject_all") == "Alle ablehnen");

  const OpenedTicket opened =
      open_ticket(service.keyring(), text_of(notice, "ticket"), service.clock().now());
  REQUIRE_FALSE(opened.error);
  CHECK(opened.ticket.notice == text_of(notice, "notice/id"));
  CHECK(opened.ticket.policy == 3);
  CHECK(to_text(opened.ticket.region).view() == "DE");
}

TEST_CASE("Analytics is on by default only under opt_out without a signal: marketing never") {
  const TestService service;
  for (const auto& [address, gpc, analytics] : {std::tuple{kGermanAddress, "0", "denied"},
                                                {kUnknownAddress, "0", "denied"},
                                                {kCalifornianAddress, "0", "granted"},
                                                {kCalifornianAddress, "1", "denied"}}) {
    CAPTURE(address, gpc);
    const JsonValue notice = notice_for(service, {{"Sec-GPC", gpc}}, address);
    CHECK(default_of(notice, 0) == "granted");
    CHECK(default_of(notice, 1) == analytics);
    CHECK(default_of(notice, 2) == "denied");
  }
}

TEST_CASE("An unknown region is null and opt_in in the EU zone") {
  const TestService service;
  const JsonValue notice = notice_for(service);
  CHECK(member(notice, "region/country")->is_null());
  CHECK(text_of(notice, "region/source") == "unknown");
  CHECK(text_of(notice, "regime/model") == "opt_in");
  CHECK(text_of(notice, "zone") == "eu");
}

TEST_CASE("A notice is never stored by caches, and the parameter's language wins") {
  const TestService service;
  const http::Response response =
      ask(service, {{"site", kSite}, {"language", "fr"}}, {{"Accept-Language", "de"}});
  CHECK(response.header("Cache-Control") == "private, no-store");
  CHECK_THAT(std::string(response.header("Vary")), ContainsSubstring("Sec-GPC"));
  CHECK(response.header("Content-Language") == "fr");
}

TEST_CASE("A notice needs a site that is known") {
  const TestService service;
  CHECK(ask(service, {}).status == 422);
  CHECK(ask(service, {{"site", "a"}, {"site", "b"}}).status == 422);
  CHECK(ask(service, {{"site", "example.com"}}).status == 404);
}

TEST_CASE("A notice is retrieved by its id, in exactly the bytes the id was made of") {
  const TestService service;
  const std::string id = text_of(notice_for(service), "notice/id");
  const http::Response response = by_id(service, id);
  REQUIRE(response.status == 200);
  CHECK("sha256:" + sha256_hex(response.body) == id);
  CHECK_THAT(std::string(response.header("Cache-Control")), ContainsSubstring("immutable"));
  const http::Response same =
      by_id(service, id, {{"If-None-Match", std::string(response.header("ETag"))}});
  CHECK(same.status == 304);
  CHECK(same.body.empty());
}

TEST_CASE("A notice of an older site file comes from the ledger: an unknown one is 404") {
  const TestService service;
  const std::string kept = R"({"old":true})";
  const std::string id = "sha256:" + sha256_hex(kept);
  CHECK(by_id(service, id).status == 404);
  REQUIRE_FALSE(keep_notice(service.service().ledger, Zone::eu, id, kept));
  CHECK(by_id(service, id).body == kept);
  for (const std::string& bad :
       std::vector<std::string>{"", "sha256:", "sha256:zz", "' OR 1=1", std::string(5000, 'a')}) {
    CHECK(by_id(service, bad).status == 404);
  }
}
