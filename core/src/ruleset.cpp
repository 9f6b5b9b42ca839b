#include "consent/ruleset.h"

#include <array>
#include <cstddef>

#include "regime_table.h"

namespace consent {
namespace {

struct Rule {
  std::string_view country;
  std::string_view subdivision;
  RegimeId regime;
  int from;
  int until;
};

constexpr Rule kRules[] = {
#define CONSENT_RULE(country, subdivision, regime, from, until, source) \
  {country, subdivision, RegimeId::regime, from, until},
#include "ruleset.inc"
#undef CONSENT_RULE
};

// An earlier day is answered as this one: no record is older, and a broken clock must not lose the
// regimes that everything rests on.
constexpr int kRulesetBegin = 20190601;

constexpr std::uint16_t day_number(int yyyymmdd) {
  if (yyyymmdd <= kRulesetBegin) return 0;
  const std::chrono::year_month_day date{
      std::chrono::year{yyyymmdd / 10000},
      std::chrono::month{static_cast<unsigned>(yyyymmdd / 100 % 100)},
      std::chrono::day{static_cast<unsigned>(yyyymmdd % 100)}};
  return static_cast<std::uint16_t>(Date{date}.time_since_epoch().count());
}

constexpr bool same_place(const Rule& a, const Rule& b) {
  return a.country == b.country && a.subdivision == b.subdivision;
}

// A country is its letter pair; the subdivisions of the US and of Canada follow, as letter pairs
// too.
constexpr unsigned kUnitedStates = letter_pair("US");
constexpr unsigned kCanada = letter_pair("CA");

constexpr unsigned place_of(std::string_view country, std::string_view subdivision) {
  const unsigned pair = letter_pair(country);
  if (subdivision.empty() || pair == kLetterPairs) return pair;
  const unsigned inner = letter_pair(subdivision);
  if (inner == kLetterPairs) return kLetterPairs;
  if (pair == kUnitedStates) return kLetterPairs + 1 + inner;
  if (pair == kCanada) return 2 * kLetterPairs + 1 + inner;
  return kLetterPairs;
}

constexpr bool starts_open_country(const Rule& rule) {
  return rule.subdivision.empty() && day_number(rule.from) == 0;
}

consteval std::size_t count_changes() {
  std::size_t count = 0;
  for (const Rule& rule : kRules) count += starts_open_country(rule) ? 0u : 1u;
  return count;
}

// What a country starts with, by letter pair; `unknown` where ISO 3166-1 has no such code.
consteval std::array<RegimeId, kLetterPairs> pack_countries() {
  std::array<RegimeId, kLetterPairs> countries{};
  for (const Rule& rule : kRules) {
    if (starts_open_country(rule)) countries[letter_pair(rule.country)] = rule.regime;
  }
  return countries;
}

// The other rows, in the order of time for each place: the last one that has begun counts.
struct Changes {
  std::array<std::uint16_t, count_changes()> place{};
  std::array<std::uint16_t, count_changes()> from{};
  std::array<RegimeId, count_changes()> regime{};
};

consteval Changes pack_changes() {
  Changes changes;
  std::size_t next = 0;
  for (const Rule& rule : kRules) {
    if (starts_open_country(rule)) continue;
    changes.place[next] = static_cast<std::uint16_t>(place_of(rule.country, rule.subdivision));
    changes.from[next] = day_number(rule.from);
    changes.regime[next] = rule.regime;
    ++next;
  }
  return changes;
}

consteval bool rules_are_well_formed() {
  constexpr std::size_t count = sizeof kRules / sizeof kRules[0];
  std::array<bool, 3 * kLetterPairs + 1> seen{};
  for (std::size_t i = 0; i < count; ++i) {
    const Rule& rule = kRules[i];
    const bool first = i == 0 || !same_place(kRules[i - 1], rule);
    const bool last = i + 1 == count || !same_place(rule, kRules[i + 1]);
    const unsigned place = place_of(rule.country, rule.subdivision);
    if (place == kLetterPairs) return false;
    if (rule.until != 0 && day_number(rule.until) <= day_number(rule.from)) return false;
    if (first && day_number(rule.from) != 0) return false;
    if (!first && kRules[i - 1].until != rule.from) return false;
    if (last != (rule.until == 0)) return false;
    if (first && seen[place]) return false;
    seen[place] = true;
  }
  return true;
}
static_assert(rules_are_well_formed(), "ruleset.inc: rows out of order, with a gap, or twice");

constexpr std::array<RegimeId, kLetterPairs> kCountries = pack_countries();
constexpr Changes kChanges = pack_changes();

RegimeId latest(unsigned place, int day, RegimeId start) {
  for (std::size_t i = 0; i < kChanges.place.size(); ++i) {
    if (kChanges.place[i] == place && kChanges.from[i] <= day) start = kChanges.regime[i];
  }
  return start;
}

constexpr std::uint64_t kOptOut = 0
#define CONSENT_REGIME(name, number, model) \
  | (Model::model == Model::opt_out ? std::uint64_t{1} << number : 0)
#include "consent/regimes.inc"
#undef CONSENT_REGIME
    ;

GdprScope scope_of(RegimeId id) {
  switch (id) {
    case RegimeId::eu_gdpr:
      return GdprScope::gdpr;
    case RegimeId::uk_gdpr:
      return GdprScope::uk_gdpr;
    case RegimeId::gdpr_equivalent:
      return GdprScope::equivalent;
    default:
      return GdprScope::none;
  }
}

int clamped_day(Date day) {
  const auto count = day.time_since_epoch().count();
  return count < 0 ? 0 : count > 0xffff ? 0xffff : static_cast<int>(count);
}

}  // namespace

bool is_listed(CountryCode country) {
  const unsigned pair = letter_pair(country.text());
  return pair != kLetterPairs && kCountries[pair] != RegimeId::unknown;
}

Regime regime_for(const Region& region, Date date) {
  Regime regime;
  if (!is_listed(region.country)) return regime;
  const int day = clamped_day(date);
  const unsigned country = letter_pair(region.country.text());
  regime.id = latest(country, day, kCountries[country]);
  const unsigned place = place_of(region.country.text(), region.subdivision.text());
  if (place > kLetterPairs) regime.id = latest(place, day, regime.id);
  regime.model =
      ((kOptOut >> static_cast<unsigned>(regime.id)) & 1) != 0 ? Model::opt_out : Model::opt_in;
  regime.gdpr_scope = scope_of(regime.id);
  return regime;
}

Zone zone_for(const Region& region, const Regime& regime) {
  const bool american = region.country == CountryCode::from_letters('U', 'S');
  return american && regime.gdpr_scope == GdprScope::none ? Zone::us : Zone::eu;
}

}  // namespace consent
