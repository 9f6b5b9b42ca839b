#include "consent/regime_rights.h"

#include <string>

#include "support/catch.h"

using consent::parse_region;
using consent::RegimeId;
using consent::Right;
using consent::rights_of;
using consent::TimeUnit;

namespace {

constexpr consent::Date kToday{std::chrono::days{20'780}};  // 2026-11-23

std::string_view source(std::string_view region) {
  return consent::source_of(parse_region(region), kToday);
}

}  // namespace

TEST_CASE("every country and every day has a source") {
  for (char first = 'A'; first <= 'Z'; ++first) {
    for (char second = 'A'; second <= 'Z'; ++second) {
      const char code[] = {first, second};
      const auto region = parse_region({code, 2}, "");
      if (!region.country.known()) continue;
      CAPTURE(std::string(code, 2));
      for (int day = 0; day < 25'000; day += 30) {
        REQUIRE_FALSE(consent::source_of(region, consent::Date{std::chrono::days{day}}).empty());
      }
    }
  }
  CHECK(source("").empty());
}

TEST_CASE("the source is that of the row that answers") {
  CHECK_THAT(std::string(source("DE")), Catch::Matchers::ContainsSubstring("2016/679"));
  CHECK_THAT(std::string(source("NO")), Catch::Matchers::ContainsSubstring("154/2018"));
  CHECK_THAT(std::string(source("US-CA")), Catch::Matchers::ContainsSubstring("1798.100"));
  CHECK_THAT(std::string(source("US")), Catch::Matchers::ContainsSubstring("union"));
  CHECK_THAT(std::string(source("US-OK")), Catch::Matchers::ContainsSubstring("FTC Act"));
  CHECK_THAT(std::string(source("CA-QC")), Catch::Matchers::ContainsSubstring("Law 25"));
  CHECK(source("CL") == "Ley 19.628");
}

TEST_CASE("the GDPR answers within one month, two more where it is complex") {
  for (const RegimeId id :
       {RegimeId::eu_gdpr, RegimeId::uk_gdpr, RegimeId::unknown, RegimeId::default_opt_in}) {
    const auto& rights = rights_of(id);
    CHECK(rights.answer == consent::TimeLimit{1, TimeUnit::months});
    CHECK(rights.extension == consent::TimeLimit{2, TimeUnit::months});
    CHECK(rights.opt_out_effect.count == 0);
    CHECK(rights.appeal == consent::Appeal::authority);
    for (const Right right : {Right::access, Right::rectify, Right::erase, Right::portability,
                              Right::restrict_processing, Right::object, Right::withdraw}) {
      CHECK(rights.includes(right));
    }
    CHECK_FALSE(rights.includes(Right::opt_out_of_sale));
  }
}

TEST_CASE("California acknowledges in 10 business days and opts out within 15") {
  const auto& rights = rights_of(RegimeId::us_ca_ccpa);
  CHECK(rights.acknowledge == consent::TimeLimit{10, TimeUnit::business_days});
  CHECK(rights.answer == consent::TimeLimit{45, TimeUnit::days});
  CHECK(rights.extension == consent::TimeLimit{45, TimeUnit::days});
  CHECK(rights.opt_out_effect == consent::TimeLimit{15, TimeUnit::business_days});
  CHECK(rights.appeal == consent::Appeal::none);
  CHECK(rights.includes(Right::limit_sensitive));
}

namespace {

// The law reference's table of rights and clocks, row by row.
struct StateClock {
  std::string_view regime;
  unsigned answer_days;
  unsigned extension_days;
  unsigned effect_days;  // 0: a signal counts at once
  consent::Appeal appeal;
  unsigned appeal_days;
  bool corrects;
  bool profiling;
  bool signal;
};

constexpr auto kToController = consent::Appeal::controller;
constexpr StateClock kClocks[] = {
    {"us_va_vcdpa", 45, 45, 45, kToController, 60, true, true, false},
    {"us_co_cpa", 45, 45, 0, kToController, 45, true, true, true},
    {"us_ct_ctdpa", 45, 45, 0, kToController, 60, true, true, true},
    {"us_ut_ucpa", 45, 45, 45, consent::Appeal::none, 0, true, false, false},
    {"us_ia_icdpa", 90, 45, 90, kToController, 60, false, false, false},
    {"us_tn_tipa", 45, 45, 45, kToController, 60, true, true, false},
    {"us_mn_mcdpa", 45, 45, 0, kToController, 45, true, true, true},
};

}  // namespace

TEST_CASE("the states' clocks are the law reference's") {
  unsigned found = 0;
  for (unsigned number = 0; number < 256; ++number) {
    const auto& rights = rights_of(static_cast<RegimeId>(number));
    if (rights.regime != static_cast<RegimeId>(number)) continue;
    for (const StateClock& clock : kClocks) {
      if (consent::to_text(rights.regime) != clock.regime) continue;
      ++found;
      CAPTURE(std::string(clock.regime));
      CHECK(rights.answer.count == clock.answer_days);
      CHECK(rights.extension.count == clock.extension_days);
      CHECK(rights.opt_out_effect.count == clock.effect_days);
      CHECK(rights.appeal == clock.appeal);
      CHECK(rights.appeal_answer.count == clock.appeal_days);
      CHECK(rights.includes(Right::rectify) == clock.corrects);
      CHECK(rights.includes(Right::opt_out_of_profiling) == clock.profiling);
      CHECK(rights.includes(Right::opt_out_by_signal) == clock.signal);
      for (const consent::TimeLimit limit : {rights.answer, rights.extension, rights.appeal_answer})
        CHECK(limit.unit == TimeUnit::days);
    }
  }
  CHECK(found == sizeof kClocks / sizeof kClocks[0]);
}

TEST_CASE("every regime has a source, an answer in time and somebody who hears an appeal or none") {
  for (unsigned number = 0; number < 256; ++number) {
    const auto& rights = rights_of(static_cast<RegimeId>(number));
    CAPTURE(number);
    CHECK_FALSE(rights.source.empty());
    CHECK(rights.answer.count > 0);
    CHECK(rights.includes(Right::access));
    CHECK((rights.appeal == consent::Appeal::controller) == (rights.appeal_answer.count > 0));
  }
}

TEST_CASE("twelve states make a browser's signal count") {
  unsigned states = 0;
  for (unsigned number = 0; number < 256; ++number) {
    const auto id = static_cast<RegimeId>(number);
    const std::string name(consent::to_text(id));
    if (rights_of(id).regime != id || name.rfind("us_", 0) != 0) continue;
    if (name == "us_union" || name == "us_none" || name == "us_vt_vdposa") continue;
    if (name == "us_la_ldpa" || name == "us_al_apdpa")
      continue;  // duty not confirmed: treated as one
    if (rights_of(id).includes(Right::opt_out_by_signal)) ++states;
  }
  CHECK(states == 12);
}

TEST_CASE("an unknown state is served at least as well as any state") {
  const auto& most = rights_of(RegimeId::us_union);
  for (unsigned number = 0; number < 256; ++number) {
    const auto& rights = rights_of(static_cast<RegimeId>(number));
    const std::string name(consent::to_text(rights.regime));
    if (name.rfind("us_", 0) != 0) continue;
    CAPTURE(name);
    CHECK((rights.rights & ~most.rights) == 0);
    CHECK(most.answer.count <= rights.answer.count);
    CHECK(most.extension.count <= rights.extension.count);
    CHECK(most.opt_out_effect.count == 0);
  }
}
