#pragma once
// Which rules apply in a region on a day. The table behind it is data (ruleset.inc), every row with
// its legal source and the dates between which it holds.

#include <chrono>
#include <cstdint>
#include <string_view>

#include "consent/region.h"

namespace consent {

using Date = std::chrono::sys_days;
using Instant = std::chrono::sys_seconds;

// Which rights apply and where data may live. Never merged with Model: Brazil is none + opt_in.
enum class GdprScope : std::uint8_t { gdpr = 0, uk_gdpr = 1, equivalent = 2, none = 3 };

// What may run before a choice.
enum class Model : std::uint8_t { opt_in = 0, opt_out = 1 };

// Index into the table of regimes (regimes.inc); stable, never reused. `RegimeId::unknown` is
// opt_in.
enum class RegimeId : std::uint8_t {
#define CONSENT_REGIME(name, number, model) name = number,
#include "consent/regimes.inc"
#undef CONSENT_REGIME
};

struct Regime {
  RegimeId id = RegimeId::unknown;
  Model model = Model::opt_in;
  GdprScope gdpr_scope = GdprScope::none;
  friend constexpr bool operator==(const Regime&, const Regime&) = default;
};

// The version of the shipped table, a date: "2026-11-23".
std::string_view ruleset_version();

// The regime of a region on a day. Total: an unknown region, and a country without a row, is
// opt_in. US with an unknown state is opt_out under the union of all states' duties; Canada with an
// unknown province is opt_in.
Regime regime_for(const Region& region, Date day);

std::string_view to_text(RegimeId id);      // "eu_gdpr"
std::string_view to_text(GdprScope scope);  // "gdpr" "uk_gdpr" "equivalent" "none"
std::string_view to_text(Model model);      // "opt_in" "opt_out"

// Where records of this visitor must be stored. Unknown counts as EU.
enum class Zone : std::uint8_t { eu = 0, us = 1 };
Zone zone_for(const Region& region, const Regime& regime);
std::string_view to_text(Zone zone);  // "eu" "us"

}  // namespace consent
