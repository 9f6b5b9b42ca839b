#include "site/retention.h"

#include "formats/timestamp.h"
#include "support/catch.h"

using namespace consent::server;

namespace {

std::string after(std::string_view period, std::string_view start) {
  return to_rfc3339(parse_retention_period(period)->after(parse_rfc3339(start).value()));
}

}  // namespace

TEST_CASE("A period is read as people write it") {
  CHECK(parse_retention_period("30 days")->text() == "30 days");
  CHECK(parse_retention_period("25 months")->iso8601() == "P25M");
  CHECK(parse_retention_period("1 year")->text() == "1 year");
  CHECK(parse_retention_period("10 years")->iso8601() == "P10Y");
  CHECK(parse_retention_period("3652 days"));
  for (const char* bad :
       {"", "30", "days", "30days", "30  days", " 30 days", "30 days ", "+30 days", "-30 days",
        "030 days", "30 Days", "1 day", "1 years", "2 year", "30.5 days", "99999999 days"}) {
    INFO(bad);
    CHECK_FALSE(parse_retention_period(bad));
  }
}

TEST_CASE("No period is shorter than 30 days or longer than 10 years") {
  for (const char* outside : {"29 days", "1 month", "3653 days", "121 months", "11 years"}) {
    INFO(outside);
    CHECK_FALSE(parse_retention_period(outside));
  }
}

TEST_CASE("Periods go by the calendar") {
  CHECK(after("30 days", "2026-02-01T10:00:00.500Z") == "2026-03-03T10:00:00.500Z");
  CHECK(after("2 years", "2027-02-28T00:00:00.000Z") == "2029-02-28T00:00:00.000Z");
  CHECK(after("2 years", "2028-02-29T12:00:00.000Z") == "2030-02-28T12:00:00.000Z");
  CHECK(after("2 months", "2026-12-31T00:00:00.000Z") == "2027-02-28T00:00:00.000Z");
}

TEST_CASE(
    "Requests are kept as long as the law of their regime asks, whatever the site file says") {
  using consent::RegimeId;
  const auto read = [](std::string_view period, std::vector<JsonError>& warnings) {
    const std::string text = R"({"retention": {"requests": ")" + std::string(period) + R"("}})";
    const JsonParse parsed = parse_json(text);
    std::vector<JsonError> errors;
    JsonFields root(parsed.value, "", errors);
    const Retention retention = read_retention(root, errors, warnings);
    CHECK(errors.empty());
    return retention;
  };
  for (const char* enough : {"24 months", "2 years", "731 days", "10 years"}) {
    INFO(enough);
    std::vector<JsonError> none;
    read(enough, none);
    CHECK(none.empty());
  }
  std::vector<JsonError> warnings;
  const Retention retention = read("3 months", warnings);
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].pointer == "/retention/requests");
  CHECK_THAT(warnings[0].detail,
             Catch::Matchers::ContainsSubstring("24 months under us_ca_ccpa (11 CCR 7101)"));
  const auto until = [&](RegimeId regime, std::string_view closed) {
    return to_rfc3339(retention.request_kept_until(regime, parse_rfc3339(closed).value()));
  };
  CHECK(until(RegimeId::eu_gdpr, "2026-11-23T10:00:00Z") == "2027-02-23T10:00:00.000Z");
  CHECK(until(RegimeId::us_ca_ccpa, "2026-11-23T10:00:00Z") == "2028-11-23T10:00:00.000Z");
  CHECK(until(RegimeId::us_co_cpa, "2026-11-23T10:00:00Z") == "2028-11-23T10:00:00.000Z");

  std::vector<JsonError> by_a_day;  // 2027-03-01 to 2029-03-01 is 731 days
  const Retention shorter = read("730 days", by_a_day);
  CHECK(by_a_day.size() == 1);
  const TimePoint closed = parse_rfc3339("2027-03-01T00:00:00Z").value();
  CHECK(to_rfc3339(shorter.request_kept_until(RegimeId::us_ca_ccpa, closed)) ==
        "2029-03-01T00:00:00.000Z");
}

TEST_CASE("The site file says how long what is kept") {
  const auto load = [](std::string_view retention) {
    JsonParse parsed = parse_json(retention);
    REQUIRE_FALSE(parsed.error);
    std::vector<JsonError> errors;
    std::vector<JsonError> warnings;
    JsonFields root(parsed.value, "", errors);
    const Retention read = read_retention(root, errors, warnings);
    CHECK(warnings.empty());
    return std::pair(read, errors);
  };
  CHECK_FALSE(load("{}").first.backups);
  CHECK(load("{}").first.consent_records.text() == "2 years");
  CHECK(load("{}").first.events.text() == "25 months");
  CHECK(load("{}").first.audit_entries.text() == "6 years");
  CHECK(load(R"({"retention": {"audit_entries": "10 years"}})").first.audit_entries.text() ==
        "10 years");
  const Retention both =
      load(R"({"retention": {"consent_records": "10 years", "events": "30 days"}})").first;
  CHECK(both.consent_records.text() == "10 years");
  CHECK(both.events.text() == "30 days");
  CHECK(load(R"({"retention": {"backups": "35 days"}})").first.backups->text() == "35 days");
  const auto short_one = load(R"({"retention": {"backups": "7 days"}})").second;
  REQUIRE(short_one.size() == 1);
  CHECK(short_one[0].pointer == "/retention/backups");
  CHECK(short_one[0].detail.find("from 30 days to 10 years") != std::string::npos);
  const auto misspelt = load(R"({"retention": {"backup": "35 days"}})").second;
  REQUIRE(misspelt.size() == 1);
  CHECK(misspelt[0].pointer == "/retention/backup");
}
