#pragma once
// What is read from files at the start and read again on SIGHUP: the site policy, the geo databases
// and the web files, with the routes over them. It is built as a whole and put in the place of the
// one before, which lives until the last request that began with it has its answer.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "config.h"
#include "consent/geo/region_lookup.h"
#include "http/router.h"
#include "service.h"
#include "site/notice.h"
#include "site/site_policy.h"
#include "site/site_rules.h"
#include "site/web_files.h"
#include "visitor/visitor.h"

namespace consent::server {

// What outlives every generation.
struct Lasting {
  const Clock& clock;
  const ApiKeys& api_keys;  // reads its own file again whenever that has changed
  Keyring& keyring;
  Ledger& ledger;
  EventSink& sink;
  Metrics& metrics;
  RateLimiter& rate_limiter;
  const AccessLog& access_log;
  const ZoneLogs& logs;
  std::function<PolicyPublication(const JsonValue& policy)> publish_policy = {};
};

class Generation {
 public:
  // `own_origins`: of a public listener on loopback; allowed beside the site's own. Throws
  // std::runtime_error with everything that is wrong, for the operator; nothing has changed then.
  Generation(const Config& config, const Lasting& lasting,
             const std::vector<std::string>& own_origins);
  Generation(const Generation&) = delete;
  Generation& operator=(const Generation&) = delete;

  const SitePolicy& site() const { return site_; }
  std::size_t geo_databases() const { return lookup_->databases().size(); }
  std::size_t web_files() const { return web_files_.size(); }

  // Each keeps the whole generation alive.
  static std::shared_ptr<const http::Router> public_router(std::shared_ptr<const Generation> whole);
  static std::shared_ptr<const http::Router> internal_router(
      std::shared_ptr<const Generation> whole);

 private:
  SitePolicy site_;
  SiteRules rules_;
  NoticeBook notices_;
  std::unique_ptr<geo::RegionLookup> lookup_;
  VisitorResolver visitors_;
  WebFiles web_files_;
  Service service_;
  http::Router public_router_;
  http::Router internal_router_;
};

}  // namespace consent::server
