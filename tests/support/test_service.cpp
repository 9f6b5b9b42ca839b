#include "support/test_service.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "audit/log_origin.h"
#include "audit/tree_log.h"
#include "formats/uuid.h"
#include "keys/ticket.h"
#include "routes.h"
#include "support/catch.h"

namespace consent::testing {
namespace {

using namespace consent::server;

constexpr std::string_view kProxy = "10.0.0.2";

SitePolicy bundled(const TestService::Parts& parts) {
  SiteLoad load = load_site_policy(bundled_site_policy());
  REQUIRE(load.errors.empty());
  load.policy.regions = parts.regions;
  load.policy.honour_dnt = parts.honour_dnt;
  return std::move(load.policy);
}

std::unique_ptr<Ledger> logged_ledger(const std::string& data_dir) {
  return open_sqlite_ledger({.data_dir = data_dir, .change_log = [data_dir](Zone zone) {
                               return std::make_unique<TreeLog>(zone_directory(data_dir, zone));
                             }});
}

// Of the zones of the directory; none beside a ledger of a test's own.
ZoneLogs logs_of(const std::string& data_dir) {
  ZoneLogs logs;
  for (const Zone zone : {Zone::eu, Zone::us}) {
    if (!std::filesystem::exists(zone_file_path(data_dir, zone))) continue;
    logs.add(zone,
             std::make_unique<ZoneLog>(zone_directory(data_dir, zone), log_origin(kSite, zone)));
  }
  return logs;
}

std::string in_quotes(std::string_view text) { return "\"" + std::string(text) + "\""; }

}  // namespace

std::string ConsentBody::json() const {
  std::string text = "{\"site\": " + site + ", \"event\": " + event + ", \"subject\": " + subject;
  const auto add = [&text](std::string_view name, const std::string& value) {
    if (!value.empty()) text.append(", \"").append(name).append("\": ").append(value);
  };
  add("ticket", ticket);
  add("notice", notice);
  add("policy", policy);
  add("language", language);
  add("choices", choices);
  add("action", action);
  add("layer", layer);
  add("client_time", client_time);
  add("gpc", gpc);
  return text + extra + "}";
}

TestService::TestService() : TestService(Parts{}) {}

TestService::TestService(Parts parts)
    : site_(bundled(parts)),
      rules_(site_),
      notices_(site_),
      visitors_(lookup_, rules_, {Cidr::parse("10.0.0.0/8").value()}),
      api_keys_(data_dir()),
      keyring_(data_dir()),
      ledger_(parts.ledger ? std::move(parts.ledger) : logged_ledger(data_dir())),
      logs_(logs_of(data_dir())),
      sink_(parts.sink ? std::move(parts.sink) : open_ndjson_sink(data_dir())),
      rate_limiter_(parts.limits),
      service_{clock_,   site_,    rules_, notices_, visitors_,     api_keys_,
               keyring_, *ledger_, *sink_, metrics_, rate_limiter_, web_files_} {
  service_.logs = &logs_;
  lookup_.add("198.51.100.0/24", "DE");
  lookup_.add("203.0.113.0/24", "US-CA");
  add_public_routes(service_, public_);
  add_internal_routes(service_, internal_);
}

std::string TestService::api_key(std::string_view scopes) {
  return issue_api_key(data_dir(), "test", ScopeSet::parse(scopes).value(), clock_.now());
}

void TestService::serve_files(const std::map<std::string, std::string>& content_by_path) {
  const std::filesystem::path web = directory_.path() / "web";
  for (const auto& [path, content] : content_by_path) {
    std::filesystem::create_directories((web / path).parent_path());
    directory_.write("web/" + path, content);
  }
  web_files_ = WebFiles(web.string());
}

http::Request TestService::request(std::string_view method, std::string_view path,
                                   std::string body) const {
  http::Request request;
  request.method = method;
  request.path = path;
  request.body = std::move(body);
  request.peer = IpAddress::parse(kProxy).value();
  request.headers = {{"X-Forwarded-For", kGermanAddress},
                     {"User-Agent", "canary-agent/1.0 Firefox/140.0"}};
  if (!request.body.empty()) request.headers.emplace_back("Content-Type", "application/json");
  return request;
}

ConsentBody TestService::consent(std::string_view region) const {
  const PolicyVersion version = site_.in_force(clock_.now()).version;
  const Notice& notice = notices_.find(version, "en");
  const Regime regime = rules_.regime_of(parse_region(region), clock_.now()).regime;
  ConsentBody body;
  body.event = in_quotes(to_text(make_uuid_v7(clock_.now())));
  body.ticket = in_quotes(seal_ticket(keyring_, {.site = kSite,
                                                 .notice = notice.id,
                                                 .policy = version,
                                                 .regime = regime.id,
                                                 .model = regime.model,
                                                 .region = parse_region(region),
                                                 .region_source = RegionSource::geo_db,
                                                 .zone = zone_for(parse_region(region), regime),
                                                 .issued_at = clock_.now()}));
  body.notice = in_quotes(notice.id);
  body.policy = std::to_string(version);
  body.client_time = in_quotes(to_rfc3339(clock_.now()));
  return body;
}

http::Response TestService::post_consent(const ConsentBody& body,
                                         const http::Fields& headers) const {
  http::Request request = this->request("POST", "/v1/consents", body.json());
  for (const auto& field : headers) request.headers.push_back(field);
  return outside(std::move(request));
}

http::Response TestService::post_events(const std::string& token_json,
                                        const std::string& events_json,
                                        const http::Fields& headers) const {
  http::Request request = this->request(
      "POST", "/v1/events",
      R"({"site": "dialphone.com", "token": )" + token_json + ", \"events\": " + events_json + "}");
  for (const auto& field : headers) {
    std::erase_if(request.headers, [&](const auto& old) { return old.first == field.first; });
    request.headers.push_back(field);
  }
  return outside(std::move(request));
}

std::string TestService::page_view() const {
  return R"({"type": "page_view", "time": ")" + to_rfc3339(clock_.now()) +
         R"(", "url": "https://dialphone.com/users/anna@example.com)"
         R"(?utm_source=news&token=canary-query",)"
         R"( "referrer": "https://elsewhere.example/canary-referrer",)"
         R"( "session": "AAAAAAAAAAAAAAAAAAAAAQ",)"
         R"( "duration_ms": 5300, "screen": "canary-member"})";
}

http::Response TestService::inside(http::Request request, std::string_view scopes) {
  request.headers.emplace_back("Authorization", "Bearer " + api_key(scopes));
  return inside(std::move(request));
}

server::JsonValue TestService::check(const std::string& by, const std::string& value) {
  http::Request request = this->request("GET", "/v1/check");
  request.query = {{"site", kSite}, {"purpose", "analytics"}, {by, value}};
  const http::Response response = inside(std::move(request), "check");
  REQUIRE(response.status == 200);
  return json_of(response);
}

std::string TestService::all_bytes() const {
  std::string all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_.path())) {
    all += entry.path().string() + "\n";
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    all += content.str();
  }
  return all;
}

const server::JsonValue* member(const server::JsonValue& value, std::string_view path) {
  const server::JsonValue* at = &value;
  while (at != nullptr && !path.empty()) {
    const auto end = std::min(path.find('/'), path.size());
    at = at->find(path.substr(0, end));
    path.remove_prefix(std::min(path.size(), end + 1));
  }
  return at;
}

std::string text_of(const server::JsonValue& value, std::string_view path) {
  const server::JsonValue* at = member(value, path);
  return at != nullptr && at->string() != nullptr ? *at->string() : std::string();
}

server::JsonValue json_of(const http::Response& response) {
  server::JsonParse parsed = parse_json(response.body);
  INFO(response.status << " " << response.body);
  REQUIRE_FALSE(parsed.error);
  return std::move(parsed.value);
}

std::string reason_of(const server::JsonValue& answer) { return text_of(answer, "reason"); }

}  // namespace consent::testing
