#pragma once
// The whole service without sockets: the bundled site policy, a fake clock, a few networks, real
// files in a directory of its own. Requests go through the route tables.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "audit/zone_logs.h"
#include "events/event_sink.h"
#include "http/router.h"
#include "keys/api_keys.h"
#include "keys/keyring.h"
#include "ledger/ledger.h"
#include "service.h"
#include "site/notice.h"
#include "site/site_policy.h"
#include "site/site_rules.h"
#include "site/web_files.h"
#include "support/fake_clock.h"
#include "support/fixed_region_lookup.h"
#include "support/temporary_directory.h"
#include "telemetry/metrics.h"
#include "visitor/rate_limiter.h"
#include "wire/json_document.h"

namespace consent::testing {

inline constexpr const char* kSite = "dialphone.com";
inline constexpr const char* kOrigin = "https://dialphone.com";
inline constexpr const char* kGermanAddress = "198.51.100.7";
inline constexpr const char* kCalifornianAddress = "203.0.113.9";

// The body of POST /v1/consents; the members are JSON as it stands, so that a test can break each
// of them.
struct ConsentBody {
  std::string site = "\"dialphone.com\"";
  std::string event;
  std::string subject = "null";
  std::string ticket;
  std::string notice;
  std::string policy;
  std::string language = "\"en\"";
  std::string choices = R"({"analytics": "granted", "marketing": "granted"})";
  std::string action = "\"accept_all\"";
  std::string layer = "\"banner\"";
  std::string client_time;
  std::string gpc = "false";
  std::string extra;  // ", \"member\": 1"
  std::string json() const;
};

class TestService {
 public:
  TestService();
  // With a ledger or sink that fails, or a tight limit.
  struct Parts {
    std::unique_ptr<server::Ledger> ledger;
    std::unique_ptr<server::EventSink> sink;
    server::RateLimits limits;
    std::vector<server::SiteRule> regions;  // the site's own rules
    bool honour_dnt = false;
  };
  explicit TestService(Parts parts);

  FakeClock& clock() { return clock_; }
  server::Keyring& keyring() { return keyring_; }
  const server::SitePolicy& site() const { return site_; }
  const server::Service& service() const { return service_; }
  std::string data_dir() const { return directory_.path().string(); }
  std::string api_key(std::string_view scopes);
  // By their paths in the web directory, such as "v1/banner.js".
  void serve_files(const std::map<std::string, std::string>& content_by_path);

  // A request as a browser or the pipeline sends it, from `address` through the trusted proxy.
  http::Request request(std::string_view method, std::string_view path,
                        std::string body = "") const;
  http::Response outside(http::Request request) const { return public_.dispatch(request); }
  http::Response inside(http::Request request) const { return internal_.dispatch(request); }
  // With an API key of these scopes.
  http::Response inside(http::Request request, std::string_view scopes);
  // As the event loop asks first: nothing where a worker must answer.
  std::optional<http::Response> outside_at_once(http::Request request) const {
    return public_.start_at_once(request).now;
  }
  http::Outcome outside_started_at_once(http::Request& request) const {
    return public_.start_at_once(request);
  }
  // As a worker asks, and as is asked behind what it waits for.
  http::Outcome outside_started(http::Request& request) const { return public_.start(request); }
  std::optional<http::Response> outside_finished(const http::Request& request,
                                                 const http::Later& later) const {
    return public_.finish(request, later);
  }
  std::optional<http::Response> inside_at_once(http::Request request) const {
    return internal_.start_at_once(request).now;
  }

  // A valid decision of a visitor in `region`, to be changed at will.
  ConsentBody consent(std::string_view region) const;
  http::Response post_consent(const ConsentBody& body, const http::Fields& headers = {}) const;
  // One event of a page view, now.
  http::Response post_events(const std::string& token_json, const std::string& events_json,
                             const http::Fields& headers = {}) const;
  std::string page_view() const;
  server::JsonValue check(const std::string& by, const std::string& value);
  // Everything under the data directory, names and contents.
  std::string all_bytes() const;

 private:
  TemporaryDirectory directory_;
  FakeClock clock_;
  FixedRegionLookup lookup_;
  server::SitePolicy site_;
  server::SiteRules rules_;
  server::NoticeBook notices_;
  server::VisitorResolver visitors_;
  server::ApiKeys api_keys_;
  server::Keyring keyring_;
  std::unique_ptr<server::Ledger> ledger_;
  server::ZoneLogs logs_;
  std::unique_ptr<server::EventSink> sink_;
  server::Metrics metrics_{"test"};
  server::RateLimiter rate_limiter_;
  server::WebFiles web_files_;
  server::Service service_;
  http::Router public_;
  http::Router internal_;
};

// The member at a path such as "record/subject"; null when there is none.
const server::JsonValue* member(const server::JsonValue& value, std::string_view path);
std::string text_of(const server::JsonValue& value, std::string_view path);
server::JsonValue json_of(const http::Response& response);
// "granted", "no_record" ... of a check.
std::string reason_of(const server::JsonValue& answer);

}  // namespace consent::testing
