#pragma once
// Who is asking, as far as we may know: region, regime, signals. The address ends here.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clock.h"
#include "consent/decision.h"
#include "consent/geo/region_lookup.h"
#include "consent/ip_address.h"
#include "consent/ruleset.h"
#include "http/request.h"
#include "site/site_rules.h"
#include "visitor/region_source.h"

namespace consent::server {

struct Visitor {
  IpAddress address;  // of the client, not of a trusted proxy
  Region region;
  RegionSource source = RegionSource::unknown;
  Regime regime;  // as the site applies it
  RegimeSource regime_source = RegimeSource::ruleset;
  Zone zone = Zone::eu;
  Signals signals;
};

// The client's address and region: the socket peer; only from a trusted proxy the right-most
// address of Forwarded / X-Forwarded-For that is not itself trusted, and the edge geo headers
// (http-api, Conventions). A forwarded address that cannot be read makes the region unknown.
class VisitorResolver {
 public:
  VisitorResolver(const geo::RegionLookup& lookup, const SiteRules& rules,
                  std::vector<Cidr> trusted_proxies);
  Visitor resolve(const http::Request& request, TimePoint now) const;
  // Of somebody who is not connected: the pipeline names the address and the signals it saw. No
  // address: the unknown region.
  Visitor resolve(const std::optional<IpAddress>& client, Signals signals, TimePoint now) const;
  // Empty when a trusted proxy forwarded what cannot be read, or contradicts itself.
  std::optional<IpAddress> client_address(const http::Request& request) const;

  // The visitor's own connection is HTTPS: it ends here, or a trusted proxy says so (its PROXY
  // header, Forwarded `proto`, else the last X-Forwarded-Proto).
  bool arrived_by_https(const http::Request& request) const;

 private:
  Signals signals_of(const http::Request& request) const;
  void apply_rules(Visitor& visitor, TimePoint now) const;

  const geo::RegionLookup& lookup_;
  const SiteRules& rules_;
  std::vector<Cidr> trusted_proxies_;
};

}  // namespace consent::server
