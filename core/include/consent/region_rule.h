#pragma once
// What a site may change of the ruleset: the model of a place. Tighter always; looser only by a
// rule that says so, and never where the GDPR or a law that follows it applies. Ids, scopes and
// zones stay.

#include <cstddef>
#include <span>

#include "consent/region.h"
#include "consent/ruleset.h"

namespace consent {

struct RegionRule {
  Region region;  // a place the ruleset has a row for: a country, or one of its subdivisions
  Model model = Model::opt_in;
  bool may_loosen = false;  // an override; who writes it says why
};

// `shipped`, which is regime_for of the region, with the model that the rules give it. A rule for
// the subdivision counts before one for its country. Where the subdivision is not known, or has no
// row, a rule that makes any of the country's subdivisions opt_in counts too: the visitor may be
// there. Of two rules for one place the stricter counts. No rule reaches the unknown region.
Regime apply_rules(const Regime& shipped, const Region& region, std::span<const RegionRule> rules);

// What stands in the table where a rule applies, on whatever day it holds.
struct RuleReach {
  bool has_row = false;         // the place is one the ruleset knows
  bool loosens = false;         // the rule says opt_out where some row says opt_in
  bool has_gdpr_scope = false;  // some row is under the GDPR or a law that follows it
};
RuleReach reach_of(const RegionRule& rule);

// Whether, without the rule at `index`, some region would have another model on some day.
bool has_effect(std::span<const RegionRule> rules, std::size_t index);

}  // namespace consent
