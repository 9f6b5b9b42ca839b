#include "formats/timestamp.h"

#include "support/catch.h"

using namespace consent::server;

TEST_CASE("Times are written in UTC with milliseconds and read back") {
  for (const char* text :
       {"1970-01-01T00:00:00.000Z", "2026-11-23T10:00:00.123Z", "2024-02-29T23:59:59.999Z",
        "2038-01-19T03:14:08.000Z", "2106-02-07T06:28:16.001Z"}) {
    REQUIRE(parse_rfc3339(text));
    CHECK(to_rfc3339(*parse_rfc3339(text)) == text);
  }
}

TEST_CASE("Offsets, fractions and leap seconds are understood") {
  const auto same = [](const char* a, const char* b) {
    return parse_rfc3339(a).value() == parse_rfc3339(b).value();
  };
  CHECK(same("2026-11-23T12:00:00+02:00", "2026-11-23T10:00:00Z"));
  CHECK(same("2026-11-22T22:30:00-11:30", "2026-11-23T10:00:00Z"));
  CHECK(same("2026-11-23t10:00:00.5z", "2026-11-23T10:00:00.500Z"));
  CHECK(same("2026-11-23T10:00:00.1239999Z", "2026-11-23T10:00:00.123Z"));
  CHECK(same("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"));
}

TEST_CASE("What is no time is refused") {
  for (const char* bad :
       {"", "2026-11-23", "2026-11-23 10:00:00Z", "2026-11-23T10:00:00", "2026-02-29T10:00:00Z",
        "2026-13-01T10:00:00Z", "2026-11-23T24:00:00Z", "2026-11-23T10:60:00Z",
        "2026-11-23T10:00:00.Z", "2026-11-23T10:00:00ZZ", "1969-12-31T23:59:59Z",
        "+2026-11-23T10:00:00Z", "2026-11-23T10:00:00+24:00", "2026-1-23T10:00:00Z"}) {
    INFO(bad);
    CHECK_FALSE(parse_rfc3339(bad));
  }
}
