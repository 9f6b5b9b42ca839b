#include "consent/region_rule.h"

namespace consent {
namespace {

struct Row {
  std::string_view country;
  std::string_view subdivision;
  int from;
};

constexpr Row kRows[] = {
#define CONSENT_RULE(country, subdivision, regime, from, until, source) \
  {country, subdivision, from},
#include "ruleset.inc"
#undef CONSENT_RULE
};

Region region_of(const Row& row) {
  return {CountryCode::from_letters(row.country[0], row.country[1]),
          SubdivisionCode::parse(row.subdivision)};
}

// What the row says: the regime on its first day.
Regime regime_of(const Row& row) {
  if (row.from == 0) return regime_for(region_of(row), Date{});
  const std::chrono::year_month_day first{
      std::chrono::year{row.from / 10000},
      std::chrono::month{static_cast<unsigned>(row.from / 100 % 100)},
      std::chrono::day{static_cast<unsigned>(row.from % 100)}};
  return regime_for(region_of(row), Date{first});
}

bool has_row(const Region& region) {
  for (const Row& row : kRows) {
    if (region_of(row) == region) return true;
  }
  return false;
}

bool reaches(const RegionRule& rule, const Region& region) {
  return rule.region.country.known() && rule.region.country == region.country &&
         (!rule.region.subdivision.known() || rule.region.subdivision == region.subdivision);
}

bool counts_before(const RegionRule& rule, const RegionRule& other) {
  const bool specific = rule.region.subdivision.known();
  if (specific != other.region.subdivision.known()) return specific;
  if (rule.model != other.model) return rule.model == Model::opt_in;
  return !rule.may_loosen && other.may_loosen;
}

bool tightens_part_of(const RegionRule& rule, CountryCode country) {
  return rule.model == Model::opt_in && rule.region.subdivision.known() &&
         rule.region.country == country;
}

Model model_by(const RegionRule& rule, const Regime& shipped) {
  if (rule.model == Model::opt_in) return Model::opt_in;
  const bool loosens = rule.may_loosen && shipped.gdpr_scope == GdprScope::none;
  return loosens ? Model::opt_out : shipped.model;
}

Regime apply_without(const RegionRule* skipped, const Regime& shipped, const Region& region,
                     std::span<const RegionRule> rules) {
  Regime regime = shipped;
  if (!region.country.known()) return regime;
  const RegionRule* counting = nullptr;
  bool part_is_tighter = false;
  for (const RegionRule& rule : rules) {
    if (&rule == skipped) continue;
    part_is_tighter = part_is_tighter || tightens_part_of(rule, region.country);
    if (!reaches(rule, region)) continue;
    if (counting == nullptr || counts_before(rule, *counting)) counting = &rule;
  }
  if (counting != nullptr) regime.model = model_by(*counting, shipped);
  const auto part_is_known = [&] { return region.subdivision.known() && has_row(region); };
  if (part_is_tighter && !part_is_known()) regime.model = Model::opt_in;
  return regime;
}

}  // namespace

Regime apply_rules(const Regime& shipped, const Region& region, std::span<const RegionRule> rules) {
  return apply_without(nullptr, shipped, region, rules);
}

RuleReach reach_of(const RegionRule& rule) {
  RuleReach reach;
  for (const Row& row : kRows) {
    const Region region = region_of(row);
    if (!reaches(rule, region)) continue;
    const Regime regime = regime_of(row);
    reach.has_row = reach.has_row || region == rule.region;
    reach.loosens =
        reach.loosens || (rule.model == Model::opt_out && regime.model == Model::opt_in);
    reach.has_gdpr_scope = reach.has_gdpr_scope || regime.gdpr_scope != GdprScope::none;
  }
  return reach;
}

bool has_effect(std::span<const RegionRule> rules, std::size_t index) {
  const RegionRule& rule = rules[index];
  for (const Row& row : kRows) {
    const Region region = region_of(row);
    if (region.country != rule.region.country) continue;
    const Regime shipped = regime_of(row);
    const Regime without = apply_without(&rule, shipped, region, rules);
    if (apply_rules(shipped, region, rules).model != without.model) return true;
  }
  return false;
}

}  // namespace consent
