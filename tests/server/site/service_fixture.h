#pragma once
// A whole service in a temporary directory, around a site policy, a fixed clock and one region.

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "consent/geo/region_lookup.h"
#include "events/event_sink.h"
#include "keys/api_keys.h"
#include "keys/keyring.h"
#include "ledger/ledger.h"
#include "sample_site.h"
#include "service.h"
#include "site/notice.h"
#include "site/web_files.h"
#include "support/temporary_directory.h"
#include "telemetry/metrics.h"
#include "visitor/rate_limiter.h"

namespace consent::server::testing {

struct FixedClock final : Clock {
  TimePoint time = at("2026-11-23T10:00:00Z");
  TimePoint now() const override { return time; }
};

struct OneRegion final : geo::RegionLookup {
  Region region;
  Region find(const IpAddress&) const override { return region; }
  std::vector<geo::DatabaseInfo> databases() const override { return {}; }
};

class ServiceFixture {
 public:
  ServiceFixture();

  void is_in(std::string_view region) { lookup_.region = parse_region(region); }
  FixedClock& clock() { return clock_; }
  Keyring& keyring() { return keyring_; }
  const Service& service() const { return service_; }

 private:
  consent::testing::TemporaryDirectory directory_;
  FixedClock clock_;
  OneRegion lookup_;
  SitePolicy site_ = load(std::string(bundled_site_policy()));
  SiteRules rules_{site_};
  NoticeBook notices_{site_};
  VisitorResolver visitors_{lookup_, rules_, {}};
  ApiKeys api_keys_{directory_.path().string()};
  Keyring keyring_{directory_.path().string()};
  std::unique_ptr<Ledger> ledger_ = open_sqlite_ledger({.data_dir = directory_.path().string()});
  std::unique_ptr<EventSink> sink_ = open_ndjson_sink(directory_.path().string());
  Metrics metrics_{"test"};
  RateLimiter rate_limiter_{RateLimits{}};
  WebFiles web_files_;
  Service service_{clock_,   site_,    rules_, notices_, visitors_,     api_keys_,
                   keyring_, *ledger_, *sink_, metrics_, rate_limiter_, web_files_};
};

// GET with headers and query parameters.
http::Request get(std::string path, http::Fields query = {}, http::Fields headers = {});

}  // namespace consent::server::testing
