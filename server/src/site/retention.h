#pragma once
// How long a site keeps what: one period for each kind, 30 days to 10 years. Counted by the
// calendar, so that two years are two years in a leap year too.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clock.h"
#include "consent/ruleset.h"
#include "wire/json_fields.h"

namespace consent::server {

enum class RetentionUnit : std::uint8_t { days, months, years };

struct RetentionPeriod {
  std::uint16_t count = 0;
  RetentionUnit unit = RetentionUnit::days;
  friend constexpr bool operator==(RetentionPeriod, RetentionPeriod) = default;

  // The moment it is over. The last day of the month where the day does not exist.
  TimePoint after(TimePoint start) const;
  // What began before this moment is over at `end`.
  TimePoint before(TimePoint end) const;
  std::string text() const;     // "2 years"
  std::string iso8601() const;  // "P2Y"
};

// "30 days", "25 months", "2 years". Empty for another form, and outside 30 days to 10 years.
std::optional<RetentionPeriod> parse_retention_period(std::string_view text);

struct Retention {
  // Of a subject's records: counted from when they stop being relied on, by expiry or because
  // nothing is granted any more (GDPR art. 5(1)(e), 7(1)).
  RetentionPeriod consent_records{2, RetentionUnit::years};
  // Of pseudonymised events in files: counted from the end of the day of arrival.
  RetentionPeriod events{25, RetentionUnit::months};
  // Of the log's entries of records, and of what is left of the records without their payload:
  // counted from the record. Never before the payload is gone.
  RetentionPeriod audit_entries{6, RetentionUnit::years};
  // Of data subjects' requests: counted from their end. Those of a regime that names a longer time
  // (consent/request_records.h) are kept so long all the same.
  RetentionPeriod requests{24, RetentionUnit::months};
  // After how long the operator destroys backups; none: not said. For certificates.
  std::optional<RetentionPeriod> backups;

  // When a request that was closed at that moment under that regime leaves the register.
  TimePoint request_kept_until(RegimeId regime, TimePoint closed) const;
  // Those that were closed before this are over at `now`.
  TimePoint requests_closed_before(RegimeId regime, TimePoint now) const;
};

// The member `retention` of a site file, which may be missing, as may each kind. A period of
// requests that a law makes longer is appended to `warnings`.
Retention read_retention(JsonFields& root, std::vector<JsonError>& errors,
                         std::vector<JsonError>& warnings);

}  // namespace consent::server
