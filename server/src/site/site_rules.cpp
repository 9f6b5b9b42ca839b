#include "site/site_rules.h"

namespace consent::server {

std::string_view to_text(RegimeSource source) {
  return source == RegimeSource::site ? "site" : "ruleset";
}

SiteRules::SiteRules(const SitePolicy& site) : honours_dnt_(site.honour_dnt) {
  for (const SiteRule& rule : site.regions) rules_.push_back(rule.rule);
}

AppliedRegime SiteRules::regime_of(const Region& region, TimePoint now) const {
  const Regime shipped = regime_for(region, std::chrono::floor<std::chrono::days>(now));
  const Regime applied = apply_rules(shipped, region, rules_);
  return {applied, applied == shipped ? RegimeSource::ruleset : RegimeSource::site};
}

}  // namespace consent::server
