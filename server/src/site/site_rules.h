#pragma once
// Which rules this site applies in a region: those of the ruleset with the site's own changes. The
// only place of the service that asks the ruleset, so that no answer can forget them.

#include <cstdint>
#include <string_view>
#include <vector>

#include "clock.h"
#include "consent/region_rule.h"
#include "site/site_policy.h"

namespace consent::server {

// Where the model comes from.
enum class RegimeSource : std::uint8_t { ruleset, site };
std::string_view to_text(RegimeSource source);

struct AppliedRegime {
  Regime regime;
  RegimeSource source = RegimeSource::ruleset;
};

class SiteRules {
 public:
  SiteRules() = default;  // the ruleset as it is shipped
  explicit SiteRules(const SitePolicy& site);
  AppliedRegime regime_of(const Region& region, TimePoint now) const;
  // Whether DNT: 1 is an opt-out.
  bool honours_dnt() const { return honours_dnt_; }

 private:
  std::vector<RegionRule> rules_;
  bool honours_dnt_ = false;
};

}  // namespace consent::server
