// Expected dates are the calendar's and the statutes', never the code's.

#include "consent/request_deadline.h"

#include <chrono>
#include <string>

#include "support/catch.h"

using namespace std::chrono_literals;
using consent::deadlines_of;
using consent::end_of;
using consent::Instant;
using consent::RegimeId;
using consent::Right;
using consent::TimeLimit;
using consent::TimeUnit;

namespace {

Instant at(int year, unsigned month, unsigned day, std::chrono::seconds time = 0s) {
  return Instant(consent::Date(std::chrono::year(year) / std::chrono::month(month) /
                               std::chrono::day(day))) +
         time;
}

constexpr TimeLimit months(std::uint8_t count) { return {count, TimeUnit::months}; }
constexpr TimeLimit days(std::uint8_t count) { return {count, TimeUnit::days}; }
constexpr TimeLimit business_days(std::uint8_t count) { return {count, TimeUnit::business_days}; }

}  // namespace

TEST_CASE("a month ends on the day of its number, or on the last day there is") {
  CHECK(end_of(months(1), at(2026, 11, 23)) == at(2026, 12, 23));
  CHECK(end_of(months(1), at(2026, 12, 31)) == at(2027, 1, 31));
  CHECK(end_of(months(1), at(2027, 1, 31)) == at(2027, 2, 28));
  CHECK(end_of(months(1), at(2028, 1, 31)) == at(2028, 2, 29));
  CHECK(end_of(months(1), at(2028, 2, 29)) == at(2028, 3, 29));
  CHECK(end_of(months(1), at(2027, 2, 28)) == at(2027, 3, 28));
  CHECK(end_of(months(1), at(2027, 3, 31)) == at(2027, 4, 30));
  CHECK(end_of(months(3), at(2026, 11, 30)) == at(2027, 2, 28));
  CHECK(end_of(months(3), at(2027, 1, 31)) == at(2027, 4, 30));
}

TEST_CASE("business days are Monday to Friday and begin after the day of the start") {
  CHECK(end_of(business_days(1), at(2026, 11, 27)) == at(2026, 11, 30));  // Friday
  CHECK(end_of(business_days(1), at(2026, 11, 28)) == at(2026, 11, 30));  // Saturday
  CHECK(end_of(business_days(1), at(2026, 11, 29)) == at(2026, 11, 30));  // Sunday
  CHECK(end_of(business_days(5), at(2026, 11, 23)) == at(2026, 11, 30));  // Monday
  CHECK(end_of(business_days(10), at(2026, 11, 23)) == at(2026, 12, 7));
  CHECK(end_of(business_days(15), at(2026, 11, 23)) == at(2026, 12, 14));
}

TEST_CASE("a period ends at the time of day at which it began") {
  CHECK(end_of(days(3), at(2026, 12, 30, 23h + 59min + 59s)) == at(2027, 1, 2, 23h + 59min + 59s));
  CHECK(end_of(months(1), at(2027, 1, 31, 10h)) == at(2027, 2, 28, 10h));
  CHECK(end_of(days(0), at(2026, 11, 23, 5s)) == at(2026, 11, 23, 5s));
}

TEST_CASE("under the GDPR an answer is due in one month, in three when it is extended") {
  for (const RegimeId regime : {RegimeId::eu_gdpr, RegimeId::uk_gdpr, RegimeId::unknown}) {
    for (const Right right : {Right::access, Right::rectify, Right::erase, Right::portability,
                              Right::restrict_processing, Right::object}) {
      const auto due = deadlines_of(regime, right, at(2026, 11, 30));
      CHECK(due.answer == at(2026, 12, 30));
      CHECK(due.extended == at(2027, 2, 28));
      CHECK_FALSE(due.acknowledge.has_value());
    }
  }
}

TEST_CASE("California: 10 business days, 45 days and 45 more, opt-outs in 15 business days") {
  const auto due = deadlines_of(RegimeId::us_ca_ccpa, Right::access, at(2026, 11, 23));
  CHECK(due.acknowledge == at(2026, 12, 7));
  CHECK(due.answer == at(2027, 1, 7));
  CHECK(due.extended == at(2027, 2, 21));
  for (const Right right : {Right::opt_out_of_sale, Right::limit_sensitive}) {
    const auto opt_out = deadlines_of(RegimeId::us_ca_ccpa, right, at(2026, 11, 23));
    CHECK(opt_out.answer == at(2026, 12, 14));
    CHECK_FALSE(opt_out.extensible());
  }
}

TEST_CASE("other states: the effect's own period, the answer's, or for no known state the least") {
  const auto received = at(2026, 11, 23);
  const auto sale = [&](RegimeId regime) {
    return deadlines_of(regime, Right::opt_out_of_sale, received);
  };
  CHECK(sale(RegimeId::us_va_vcdpa).answer == at(2027, 1, 7));
  CHECK(sale(RegimeId::us_va_vcdpa).extended == at(2027, 2, 21));
  CHECK(sale(RegimeId::us_co_cpa).answer == at(2027, 1, 7));
  CHECK(sale(RegimeId::us_ia_icdpa).answer == at(2027, 2, 21));
  CHECK(sale(RegimeId::us_union).answer == at(2026, 12, 14));
  CHECK(sale(RegimeId::us_none).answer == at(2026, 12, 14));
  CHECK(deadlines_of(RegimeId::us_ia_icdpa, Right::access, received).extended == at(2027, 4, 7));
}

TEST_CASE("where the law knows no extension there is none") {
  for (const RegimeId regime : {RegimeId::br_lgpd, RegimeId::ch_fadp, RegimeId::nz_privacy_act}) {
    CHECK_FALSE(deadlines_of(regime, Right::access, at(2026, 11, 23)).extensible());
  }
}

TEST_CASE("no deadline is before the request, and none that is extended is before the answer") {
  for (unsigned number = 0; number < 256; ++number) {
    const auto regime = static_cast<RegimeId>(number);
    for (unsigned bit = 1; bit <= 1024; bit *= 2) {
      const auto start = at(2028, 1, 31, 12h);
      const auto due = deadlines_of(regime, static_cast<Right>(bit), start);
      CHECK(due.answer > start);
      CHECK(due.extended >= due.answer);
      if (due.acknowledge) CHECK(*due.acknowledge <= due.answer);
    }
  }
}
