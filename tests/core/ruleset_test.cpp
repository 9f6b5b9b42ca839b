#include "consent/ruleset.h"

#include <set>
#include <string>
#include <vector>

#include "support/catch.h"

using consent::Date;
using consent::GdprScope;
using consent::Model;
using consent::parse_region;
using consent::RegimeId;
using consent::Zone;

namespace {

constexpr Date day(int year, unsigned month, unsigned day_of_month) {
  return Date{std::chrono::year_month_day{std::chrono::year{year}, std::chrono::month{month},
                                          std::chrono::day{day_of_month}}};
}

constexpr Date kToday = day(2026, 11, 23);

consent::Regime regime_of(std::string_view region, Date date = kToday) {
  return consent::regime_for(parse_region(region), date);
}

std::string id_of(std::string_view region, Date date = kToday) {
  return std::string(consent::to_text(regime_of(region, date).id));
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> list{""};
  for (const char c : text) {
    if (c == ' ') {
      list.emplace_back();
    } else {
      list.back() += c;
    }
  }
  return list;
}

std::vector<std::string> all_letter_pairs() {
  std::vector<std::string> pairs;
  for (char first = 'A'; first <= 'Z'; ++first) {
    for (char second = 'A'; second <= 'Z'; ++second) pairs.push_back({first, second});
  }
  return pairs;
}

}  // namespace

TEST_CASE("the GDPR's territory: 27 members, Aland, the outermost regions, the EEA") {
  const auto codes = words(
      "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE "
      "AX GP MQ GF RE YT MF IS LI NO");
  const std::set<std::string> gdpr(codes.begin(), codes.end());
  CHECK(gdpr.size() == 37);
  for (const auto& country : all_letter_pairs()) {
    const auto region = parse_region(country);
    if (consent::to_text(region).view() != country) continue;  // not listed, or an alias
    CAPTURE(country);
    const auto regime = consent::regime_for(region, kToday);
    CHECK((regime.gdpr_scope == GdprScope::gdpr) == (gdpr.count(country) == 1));
    CHECK((regime.id == RegimeId::eu_gdpr) == (gdpr.count(country) == 1));
  }
}

TEST_CASE("the subtle ones are equivalent, not GDPR, and opt_in") {
  for (const auto& code : words("SJ GI JE GG IM BL PM WF PF NC TF")) {
    CAPTURE(code);
    CHECK(regime_of(code).gdpr_scope == GdprScope::equivalent);
    CHECK(regime_of(code).model == Model::opt_in);
  }
  CHECK(regime_of("GB").gdpr_scope == GdprScope::uk_gdpr);
  for (const auto& code :
       words("GL FO AW CW SX BQ AI BM FK IO KY MS PN SH TC VG GS AD MC SM VA CH BR XK")) {
    CAPTURE(code);
    CHECK(regime_of(code).gdpr_scope == GdprScope::none);
    CHECK(regime_of(code).model == Model::opt_in);
  }
}

TEST_CASE("opt_out is an allow-list") {
  const auto codes = words("US JP AU CX CC NF NZ SG HK MX TW MY PR GU VI AS MP UM");
  const std::set<std::string> allowed(codes.begin(), codes.end());
  unsigned countries = 0;
  for (const auto& country : all_letter_pairs()) {
    const auto region = parse_region(country);
    if (consent::to_text(region).view() != country) continue;
    ++countries;
    CAPTURE(country);
    CHECK((consent::regime_for(region, kToday).model == Model::opt_out) ==
          (allowed.count(country) == 1));
  }
  CHECK(countries == 250);
}

TEST_CASE("what is not known is the strictest, in the EU zone") {
  for (const char* code : {"", "ZZ", "T1", "EU", "QQ", "AN"}) {
    const auto regime = regime_of(code);
    CHECK(regime.id == RegimeId::unknown);
    CHECK(regime.model == Model::opt_in);
    CHECK(consent::zone_for(parse_region(code), regime) == Zone::eu);
  }
  // A code that never went through parse_region.
  CHECK(consent::regime_for({consent::CountryCode::from_letters('Q', 'Q'), {}}, kToday).id ==
        RegimeId::unknown);
}

TEST_CASE("an American or Canadian subdivision decides, another country's does not") {
  CHECK(id_of("US") == "us_union");
  CHECK(id_of("US-ZZ") == "us_union");
  CHECK(id_of("US-06") == "us_union");
  CHECK(id_of("US-CA") == "us_ca_ccpa");
  CHECK(id_of("US-DE") == "us_de_dpdpa");
  CHECK(id_of("US-NY") == "us_none");
  CHECK(id_of("US-PR") == "us_none");
  CHECK(id_of("CA") == "ca_unknown_province");
  CHECK(id_of("CA-ZZ") == "ca_unknown_province");
  CHECK(id_of("CA-ON") == "ca_pipeda");
  CHECK(id_of("CA-QC") == "ca_qc_law25");
  CHECK(regime_of("CA").model == Model::opt_in);
  CHECK(regime_of("CA-ON").model == Model::opt_out);
  CHECK(regime_of("CA-QC").model == Model::opt_in);
  CHECK(regime_of("CA-CA").model == Model::opt_in);
  CHECK(id_of("DE-CA") == "eu_gdpr");
}

TEST_CASE("the law changes on its day, without a release") {
  struct Turn {
    std::string_view region;
    Date from;
    std::string_view before;
    std::string_view after;
  };
  const Turn turns[] = {
      {"CL", day(2026, 12, 1), "cl_19628", "cl_21719"},
      {"IN", day(2027, 5, 13), "in_spdi", "in_dpdp"},
      {"VN", day(2026, 1, 1), "default_opt_in", "vn_pdpl"},
      {"CH", day(2023, 9, 1), "default_opt_in", "ch_fadp"},
      {"GB", day(2021, 1, 1), "eu_gdpr", "uk_gdpr"},
      {"CA-QC", day(2023, 9, 22), "ca_unknown_province", "ca_qc_law25"},
      {"US-CA", day(2020, 1, 1), "us_none", "us_ca_ccpa"},
      {"US-VA", day(2023, 1, 1), "us_none", "us_va_vcdpa"},
      {"US-CO", day(2023, 7, 1), "us_none", "us_co_cpa"},
      {"US-CT", day(2023, 7, 1), "us_none", "us_ct_ctdpa"},
      {"US-UT", day(2023, 12, 31), "us_none", "us_ut_ucpa"},
      {"US-TX", day(2024, 7, 1), "us_none", "us_tx_tdpsa"},
      {"US-OR", day(2024, 7, 1), "us_none", "us_or_ocpa"},
      {"US-FL", day(2024, 7, 1), "us_none", "us_fl_fdbr"},
      {"US-MT", day(2024, 10, 1), "us_none", "us_mt_mtcdpa"},
      {"US-DE", day(2025, 1, 1), "us_none", "us_de_dpdpa"},
      {"US-IA", day(2025, 1, 1), "us_none", "us_ia_icdpa"},
      {"US-NE", day(2025, 1, 1), "us_none", "us_ne_ndpa"},
      {"US-NH", day(2025, 1, 1), "us_none", "us_nh_nhpa"},
      {"US-NJ", day(2025, 1, 15), "us_none", "us_nj_njdpa"},
      {"US-TN", day(2025, 7, 1), "us_none", "us_tn_tipa"},
      {"US-MN", day(2025, 7, 31), "us_none", "us_mn_mcdpa"},
      {"US-MD", day(2025, 10, 1), "us_none", "us_md_modpa"},
      {"US-IN", day(2026, 1, 1), "us_none", "us_in_incdpa"},
      {"US-KY", day(2026, 1, 1), "us_none", "us_ky_kcdpa"},
      {"US-RI", day(2026, 1, 1), "us_none", "us_ri_ridtppa"},
      {"US-OK", day(2027, 1, 1), "us_none", "us_ok_okcdpa"},
      {"US-LA", day(2027, 1, 1), "us_none", "us_la_ldpa"},
      {"US-AL", day(2027, 5, 1), "us_none", "us_al_apdpa"},
      {"US-VT", day(2028, 1, 1), "us_none", "us_vt_vdposa"},
  };
  for (const Turn& turn : turns) {
    CAPTURE(turn.region);
    CHECK(id_of(turn.region, turn.from - std::chrono::days{1}) == turn.before);
    CHECK(id_of(turn.region, turn.from) == turn.after);
    CHECK(id_of(turn.region, turn.from + std::chrono::days{10'000}) == turn.after);
  }
}

TEST_CASE("a broken clock loses no regime that everything rests on") {
  for (const Date date : {Date{}, Date{std::chrono::days{-1'000'000}},
                          Date{std::chrono::days{1'000'000}}, Date{std::chrono::days{0x10000}}}) {
    CHECK(regime_of("DE", date).gdpr_scope == GdprScope::gdpr);
    CHECK(regime_of("FR", date).model == Model::opt_in);
    CHECK(regime_of("", date).model == Model::opt_in);
  }
}

TEST_CASE("records of the US stay there, everything else counts as EU") {
  const auto zone = [](std::string_view code) {
    return consent::zone_for(parse_region(code), regime_of(code));
  };
  for (const char* code : {"DE", "NO", "GB", "JE", "", "BR", "JP", "CA-ON", "PR"}) {
    CAPTURE(code);
    CHECK(zone(code) == Zone::eu);
  }
  for (const char* code : {"US", "US-CA", "US-NY"}) CHECK(zone(code) == Zone::us);
}

TEST_CASE("what is answered has a name") {
  CHECK(consent::ruleset_version() == "2026-11-23");
  CHECK(consent::to_text(RegimeId::us_ca_ccpa) == "us_ca_ccpa");
  CHECK(consent::to_text(static_cast<RegimeId>(255)) == "unknown");
  CHECK(consent::to_text(GdprScope::uk_gdpr) == "uk_gdpr");
  CHECK(consent::to_text(GdprScope::equivalent) == "equivalent");
  CHECK(consent::to_text(Model::opt_in) == "opt_in");
  CHECK(consent::to_text(Zone::us) == "us");
}
