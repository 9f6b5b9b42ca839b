#include "consent/region_rule.h"

#include <initializer_list>
#include <vector>

#include "support/catch.h"

using consent::apply_rules;
using consent::CountryCode;
using consent::Date;
using consent::GdprScope;
using consent::has_effect;
using consent::Model;
using consent::parse_region;
using consent::reach_of;
using consent::Regime;
using consent::Region;
using consent::RegionRule;
using consent::SubdivisionCode;

namespace {

using Rules = std::vector<RegionRule>;

constexpr Date kToday{std::chrono::year{2026} / 11 / 23};
// Before, between and after every change the table knows.
constexpr Date kDays[] = {std::chrono::sys_days{std::chrono::year{2019} / 6 / 1}, kToday,
                          std::chrono::sys_days{std::chrono::year{2026} / 12 / 1},
                          std::chrono::sys_days{std::chrono::year{2027} / 5 / 13},
                          std::chrono::sys_days{std::chrono::year{2030} / 1 / 1}};

RegionRule tighten(const char* code) { return {parse_region(code), Model::opt_in, false}; }
RegionRule allow(const char* code) { return {parse_region(code), Model::opt_out, false}; }
RegionRule loosen(const char* code) { return {parse_region(code), Model::opt_out, true}; }

Regime shipped(const Region& region, Date day = kToday) { return consent::regime_for(region, day); }

Model model_in(const char* code, const Rules& rules) {
  const Region region = parse_region(code);
  return apply_rules(shipped(region), region, rules).model;
}

// Every country, without and with each subdivision that may be there, and the unknown region.
const std::vector<Region>& all_regions() {
  static const std::vector<Region> kAll = [] {
    std::vector<Region> all{Region{}};
    for (char a = 'A'; a <= 'Z'; ++a) {
      for (char b = 'A'; b <= 'Z'; ++b) {
        const char letters[] = {a, b};
        const Region country = parse_region(std::string_view(letters, 2));
        if (country.country.known()) all.push_back(country);
        for (const char* parted : {"US", "CA", "DE", "BR"}) {
          all.push_back(parse_region(parted, std::string_view(letters, 2)));
        }
      }
    }
    return all;
  }();
  return kAll;
}

const std::vector<Rules>& rule_sets() {
  static const std::vector<Rules> kSets = {
      {},
      {tighten("US")},
      {tighten("US"), allow("US-TX")},
      {tighten("US-CA"), tighten("CA"), tighten("JP")},
      {allow("US"), allow("DE"), allow("BR"), allow("CA")},
      {loosen("BR"), loosen("CA"), loosen("DE"), loosen("GB"), loosen("SJ"), loosen("CL")},
      {loosen("CA"), tighten("CA-QC")},
      {loosen("CA-QC"), tighten("AU"), loosen("IN")},
      {loosen("US"), tighten("US")},
  };
  return kSets;
}

template <typename Check>
void everywhere(Check check) {
  for (const Rules& rules : rule_sets()) {
    for (const Region& region : all_regions()) {
      for (const Date day : kDays) check(rules, region, shipped(region, day));
    }
  }
}

}  // namespace

TEST_CASE("A rule tightens a country with all its parts, or one part") {
  CHECK(model_in("US", {tighten("US")}) == Model::opt_in);
  CHECK(model_in("US-CA", {tighten("US")}) == Model::opt_in);
  CHECK(model_in("JP", {tighten("US")}) == Model::opt_out);
  CHECK(model_in("US-CA", {tighten("US-CA")}) == Model::opt_in);
  CHECK(model_in("US-TX", {tighten("US-CA")}) == Model::opt_out);
  CHECK(model_in("CA-ON", {tighten("CA")}) == Model::opt_in);
  CHECK(model_in("PR", {tighten("US")}) == Model::opt_out);  // a country of its own in ISO 3166-1
}

TEST_CASE("The rule for a part counts before the one for the whole, in any order") {
  const Rules rules{allow("US-TX"), tighten("US")};
  const Rules turned{tighten("US"), allow("US-TX")};
  for (const Rules& either : {rules, turned}) {
    CHECK(model_in("US-TX", either) == Model::opt_out);
    CHECK(model_in("US-CA", either) == Model::opt_in);
  }
  CHECK(model_in("US", {loosen("US"), tighten("US")}) == Model::opt_in);
  CHECK(model_in("BR", {loosen("BR"), allow("BR")}) == Model::opt_in);
}

TEST_CASE("Who may be in a tightened part is treated as if there") {
  CHECK(model_in("US", {tighten("US-CA")}) == Model::opt_in);
  CHECK(model_in("US-ZZ", {tighten("US-CA")}) == Model::opt_in);
  CHECK(model_in("CA", {loosen("CA"), tighten("CA-QC")}) == Model::opt_in);
  CHECK(model_in("CA", {loosen("CA-QC")}) == Model::opt_in);
}

TEST_CASE("Opt-in is loosened by an override only, and not by one for another place") {
  CHECK(model_in("BR", {allow("BR")}) == Model::opt_in);
  CHECK(model_in("BR", {loosen("BR")}) == Model::opt_out);
  CHECK(model_in("BR-SP", {loosen("BR")}) == Model::opt_out);
  CHECK(model_in("AR", {loosen("BR")}) == Model::opt_in);
  CHECK(model_in("CA-QC", {allow("CA")}) == Model::opt_in);
  CHECK(model_in("CA-QC", {loosen("CA")}) == Model::opt_out);
  for (const char* code : {"DE", "FR", "GB", "IS", "SJ", "JE", "GP"}) {
    CAPTURE(code);
    CHECK(model_in(code, {loosen(code)}) == Model::opt_in);
  }
}

TEST_CASE("No rule reaches the unknown region") {
  const RegionRule everywhere_else{Region{}, Model::opt_out, true};
  CHECK(apply_rules(Regime{}, Region{}, Rules{everywhere_else}) == Regime{});
  CHECK(apply_rules(Regime{}, Region{}, Rules{loosen("US")}) == Regime{});
  CHECK(model_in("BR", {everywhere_else}) == Model::opt_in);
}

TEST_CASE("Never looser without an override that reaches the place") {
  everywhere([](const Rules& rules, const Region& region, const Regime& before) {
    const Model after = apply_rules(before, region, rules).model;
    if (before.model == Model::opt_out || after == Model::opt_in) return;
    bool overridden = false;
    for (const RegionRule& rule : rules) {
      overridden = overridden || (rule.may_loosen && rule.region.country == region.country);
    }
    if (!overridden) CHECK(overridden);
  });
}

TEST_CASE("Where the GDPR or a law that follows it applies nothing is ever loosened") {
  everywhere([](const Rules& rules, const Region& region, const Regime& before) {
    if (before.gdpr_scope == GdprScope::none) return;
    const bool kept = apply_rules(before, region, rules) == before;
    if (!kept) CHECK(kept);
  });
}

TEST_CASE("Id, scope and zone stay as the law has them") {
  everywhere([](const Rules& rules, const Region& region, const Regime& before) {
    const Regime after = apply_rules(before, region, rules);
    const bool same = after.id == before.id && after.gdpr_scope == before.gdpr_scope &&
                      zone_for(region, after) == zone_for(region, before);
    if (!same) CHECK(same);
  });
}

TEST_CASE("Applying the rules twice is applying them once") {
  everywhere([](const Rules& rules, const Region& region, const Regime& before) {
    const Regime once = apply_rules(before, region, rules);
    const bool same = apply_rules(once, region, rules) == once;
    if (!same) CHECK(same);
  });
}

TEST_CASE("One more tightening rule never loosens anything") {
  for (const char* code : {"US", "US-CA", "CA", "CA-QC", "CA-ON", "BR", "DE", "JP"}) {
    everywhere([code](const Rules& rules, const Region& region, const Regime& before) {
      Rules more = rules;
      more.push_back(tighten(code));
      const bool looser = apply_rules(before, region, more).model == Model::opt_out &&
                          apply_rules(before, region, rules).model == Model::opt_in;
      if (looser) CHECK_FALSE(looser);
    });
  }
}

TEST_CASE("What a rule would do is read from every row it reaches") {
  CHECK(reach_of(tighten("US")).has_row);
  CHECK_FALSE(reach_of(tighten("US")).loosens);
  CHECK_FALSE(reach_of(allow("US")).loosens);
  CHECK(reach_of(allow("CA")).loosens);  // Quebec
  CHECK_FALSE(reach_of(allow("CA-ON")).loosens);
  CHECK(reach_of(allow("CA-QC")).loosens);
  CHECK(reach_of(loosen("BR")).loosens);
  CHECK_FALSE(reach_of(loosen("BR")).has_gdpr_scope);
  for (const char* code : {"DE", "GB", "SJ"}) CHECK(reach_of(loosen(code)).has_gdpr_scope);
  CHECK_FALSE(reach_of(tighten("DE-BY")).has_row);
  CHECK_FALSE(reach_of(tighten("US-ZZ")).has_row);
  CHECK_FALSE(reach_of({}).has_row);
}

TEST_CASE("A rule has an effect when some region on some day would differ without it") {
  CHECK(has_effect(Rules{tighten("US")}, 0));
  CHECK_FALSE(has_effect(Rules{allow("US")}, 0));
  CHECK_FALSE(has_effect(Rules{tighten("DE")}, 0));
  CHECK_FALSE(has_effect(Rules{tighten("BR")}, 0));
  CHECK(has_effect(Rules{tighten("CA")}, 0));  // Ontario
  CHECK(has_effect(Rules{tighten("US"), allow("US-TX")}, 1));
  CHECK_FALSE(has_effect(Rules{tighten("US"), tighten("US-TX")}, 1));
  CHECK(has_effect(Rules{loosen("CA"), tighten("CA-QC")}, 1));
}
