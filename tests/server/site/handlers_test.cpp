#include "crypto/sha256.h"
#include "formats/uuid.h"
#include "handlers/gpc.h"
#include "handlers/notice.h"
#include "handlers/preferences.h"
#include "handlers/static_files.h"
#include "keys/ticket.h"
#include "service_fixture.h"
#include "support/catch.h"
#include "visitor/subject_id.h"
#include "visitor/visitor_token.h"
#include "wire/json_document.h"

using namespace consent;
using namespace consent::server;
using namespace consent::server::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

const http::Fields kSite{{"site", "dialphone.com"}};

JsonValue notice_for(const ServiceFixture& fixture, const http::Fields& headers = {}) {
  const http::Response response =
      handle_notice(fixture.service(), get("/v1/notice", kSite, headers));
  REQUIRE(response.status == 200);
  JsonParse parse = parse_json(response.body);
  REQUIRE_FALSE(parse.error);
  return std::move(parse.value);
}

const std::string& text_at(const JsonValue& value, std::string_view a, std::string_view b) {
  return *value.find(a)->find(b)->string();
}

std::string default_of(const JsonValue& notice, std::size_t purpose) {
  return *notice.find("purposes")->array()->at(purpose).find("default")->string();
}

}  // namespace

TEST_CASE("A notice tells a visitor from Germany region, regime, policy and ticket") {
  ServiceFixture fixture;
  fixture.is_in("DE");
  const JsonValue notice = notice_for(fixture, {{"Accept-Language", "de-AT,de;q=0.9"}});
  CHECK(text_at(notice, "region", "country") == "DE");
  CHECK(notice.find("region")->find("subdivision")->is_null());
  CHECK(text_at(notice, "region", "source") == "geo_db");
  CHECK(text_at(notice, "regime", "id") == "eu_gdpr");
  CHECK(text_at(notice, "regime", "model") == "opt_in");
  CHECK(*notice.find("zone")->string() == "eu");
  CHECK(notice.find("policy")->find("version")->integer() == 3);
  CHECK(text_at(notice, "policy", "effective_at") == "2026-04-01T00:00:00.000Z");
  CHECK(notice.find("policy")->find("upcoming")->is_null());
  CHECK(text_at(notice, "notice", "language") == "de");
  CHECK(text_at(notice, "text", "reject_all") == "Alle ablehnen");

  const OpenedTicket opened =
      open_ticket(fixture.keyring(), *notice.find("ticket")->string(), fixture.clock().time);
  REQUIRE_FALSE(opened.error);
  CHECK(opened.ticket.notice == text_at(notice, "notice", "id"));
  CHECK(opened.ticket.policy == 3);
  CHECK(to_text(opened.ticket.region).view() == "DE");
}

TEST_CASE("Analytics is on by default only under opt_out without a signal: marketing never") {
  ServiceFixture fixture;
  for (const auto& [region, gpc, analytics] : {std::tuple{"DE", "0", "denied"},
                                               {"", "0", "denied"},
                                               {"US-CA", "0", "granted"},
                                               {"US-CA", "1", "denied"}}) {
    fixture.is_in(region);
    CAPTURE(region, gpc);
    const JsonValue notice = notice_for(fixture, {{"Sec-GPC", gpc}});
    CHECK(default_of(notice, 0) == "granted");
    CHECK(default_of(notice, 1) == analytics);
    CHECK(default_of(notice, 2) == "denied");
  }
}

TEST_CASE("An unknown region is null and opt_in in the EU zone") {
  ServiceFixture fixture;
  const JsonValue notice = notice_for(fixture);
  CHECK(notice.find("region")->find("country")->is_null());
  CHECK(text_at(notice, "region", "source") == "unknown");
  CHECK(text_at(notice, "regime", "model") == "opt_in");
  CHECK(*notice.find("zone")->string() == "eu");
}

TEST_CASE("A notice is never stored by caches, and the parameter's language wins") {
  ServiceFixture fixture;
  http::Fields query = kSite;
  query.emplace_back("language", "fr");
  const http::Response response =
      handle_notice(fixture.service(), get("/v1/notice", query, {{"Accept-Language", "de"}}));
  CHECK(response.header("Cache-Control") == "private, no-store");
  CHECK_THAT(std::string(response.header("Vary")), ContainsSubstring("Sec-GPC"));
  CHECK(response.header("Content-Language") == "fr");
}

TEST_CASE("A notice needs a site that is known") {
  ServiceFixture fixture;
  CHECK(handle_notice(fixture.service(), get("/v1/notice")).status == 422);
  CHECK(
      handle_notice(fixture.service(), get("/v1/notice", {{"site", "a"}, {"site", "b"}})).status ==
      422);
  CHECK(handle_notice(fixture.service(), get("/v1/notice", {{"site", "example.com"}})).status ==
        404);
}

TEST_CASE("A notice is retrieved by its id, in exactly the bytes the id was made of") {
  ServiceFixture fixture;
  const std::string id = text_at(notice_for(fixture), "notice", "id");
  http::Request request = get("/v1/notices/" + id);
  request.path_parameters = {{"id", id}};
  const http::Response response = handle_notice_by_id(fixture.service(), request);
  REQUIRE(response.status == 200);
  CHECK("sha256:" + sha256_hex(response.body) == id);
  CHECK_THAT(std::string(response.header("Cache-Control")), ContainsSubstring("immutable"));
  request.headers = {{"If-None-Match", std::string(response.header("ETag"))}};
  CHECK(handle_notice_by_id(fixture.service(), request).status == 304);
}

TEST_CASE("A notice of an older site file comes from the ledger: an unknown one is 404") {
  ServiceFixture fixture;
  const std::string kept = R"({"old":true})";
  const std::string id = "sha256:" + sha256_hex(kept);
  http::Request request = get("/v1/notices/" + id);
  request.path_parameters = {{"id", id}};
  CHECK(handle_notice_by_id(fixture.service(), request).status == 404);
  REQUIRE_FALSE(fixture.service().ledger.keep_notice(Zone::eu, id, kept));
  CHECK(handle_notice_by_id(fixture.service(), request).body == kept);
  for (const std::string& bad :
       std::vector<std::string>{"", "sha256:", "sha256:zz", "' OR 1=1", std::string(5000, 'a')}) {
    request.path_parameters = {{"id", bad}};
    CHECK(handle_notice_by_id(fixture.service(), request).status == 404);
  }
}

TEST_CASE("The preferences page allows no script and shows what a grant allows") {
  ServiceFixture fixture;
  fixture.is_in("DE");
  const http::Response fresh = handle_preferences(fixture.service(), get("/v1/preferences"));
  REQUIRE(fresh.status == 200);
  CHECK(fresh.header("Cache-Control") == "private, no-store");
  CHECK_THAT(std::string(fresh.header("Content-Security-Policy")),
             Catch::Matchers::StartsWith("default-src 'none'; style-src 'sha256-"));
  CHECK(fresh.body.find("<script") == std::string::npos);
  CHECK(fresh.body.find(" checked") == std::string::npos);
  CHECK(fresh.body.find("value=\"withdraw\"") == std::string::npos);
  CHECK_THAT(fresh.body, ContainsSubstring("name=\"return\" value=\"/v1/preferences\""));
}

TEST_CASE("A grant counts as far as the ledger knows it") {
  ServiceFixture fixture;
  fixture.is_in("DE");
  Record record;
  record.event = make_uuid_v7(fixture.clock().time);
  record.subject = make_subject_id();
  record.site = "dialphone.com";
  record.time = fixture.clock().time;
  record.choices.set(Purpose::analytics, Choice::granted);
  record.choices.set(Purpose::marketing, Choice::denied);
  record.action = Action::save;
  record.region = parse_region("DE");
  record.regime = RegimeId::eu_gdpr;
  record.policy = 3;
  Token token;
  token.kind = TokenKind::grant;
  token.decided_at = std::chrono::floor<std::chrono::seconds>(record.time);
  token.policy = 3;
  token.choices = record.choices;
  token.action = Action::save;
  token.region = record.region;
  token.subject = *record.subject;
  const std::string cookie =
      "__Host-dp_consent=" + fixture.keyring().sign_token("dialphone.com", token);
  const http::Request request = get("/v1/preferences", {}, {{"Cookie", cookie}});

  CHECK(handle_preferences(fixture.service(), request).body.find(" checked") == std::string::npos);
  REQUIRE_FALSE(fixture.service().ledger.append(record).failure);
  const std::string html = handle_preferences(fixture.service(), request).body;
  CHECK_THAT(html, ContainsSubstring("aria-describedby=\"about-analytics\" checked"));
  CHECK_THAT(html, !ContainsSubstring("aria-describedby=\"about-marketing\" checked"));
  CHECK_THAT(html, ContainsSubstring("value=\"withdraw\""));
}

TEST_CASE("The GPC statement is the one the standard describes") {
  ServiceFixture fixture;
  const http::Response response = handle_gpc(fixture.service(), get("/.well-known/gpc.json"));
  CHECK(response.body == R"({"gpc":true,"lastUpdate":"2026-04-01"})");
  CHECK(response.header("Content-Type") == "application/json");
}

TEST_CASE("A static file is served in the accepted encoding, with a validator for it") {
  ServiceFixture fixture;
  const auto fetch = [&](std::string path, const http::Fields& headers) {
    return handle_static_file(fixture.service(), get(std::move(path), {}, headers));
  };
  const http::Response brotli = fetch("/v1/banner.js", {{"Accept-Encoding", "gzip, br"}});
  CHECK(brotli.body == "BR");
  CHECK(brotli.header("Content-Encoding") == "br");
  CHECK(brotli.header("Vary") == "Accept-Encoding");
  CHECK(brotli.header("Cache-Control") == "no-cache");
  const http::Response plain = fetch("/v1/banner.js", {});
  CHECK(plain.body == "banner");
  CHECK(plain.header("ETag") != brotli.header("ETag"));

  const std::string tag(brotli.header("ETag"));
  const http::Response same =
      fetch("/v1/banner.js", {{"Accept-Encoding", "br"}, {"If-None-Match", tag}});
  CHECK(same.status == 304);
  CHECK(same.body.empty());
  CHECK(same.header("ETag") == tag);
  CHECK(fetch("/v1/banner.js", {{"If-None-Match", tag}}).status == 200);
  CHECK(fetch("/v1/banner.js", {{"Accept-Encoding", "*;q=0"}}).status == 406);
  CHECK_THAT(std::string(fetch("/v1/consent.3f9a01bc.wasm", {}).header("Cache-Control")),
             ContainsSubstring("immutable"));
}

TEST_CASE("A demo page carries its content security policy: what is not there is 404") {
  ServiceFixture fixture;
  const auto fetch = [&](std::string path) {
    return handle_static_file(fixture.service(), get(std::move(path)));
  };
  CHECK_THAT(std::string(fetch("/pricing").header("Content-Security-Policy")),
             ContainsSubstring("'wasm-unsafe-eval'"));
  CHECK(fetch("/nothing").status == 404);
  CHECK(fetch("/nothing").body == "no such page");
  CHECK(fetch("/v1/nothing").header("Content-Type") == "application/problem+json");
}
