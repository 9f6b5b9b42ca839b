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

TEST_CASE("The site file says how long what is kept") {
  const auto load = [](std::string_view retention) {
    JsonParse parsed = parse_json(retention);
    REQUIRE_FALSE(parsed.error);
    std::vector<JsonError> errors;
    JsonFields root(parsed.value, "", errors);
    const Retention read = read_retention(root, errors);
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
