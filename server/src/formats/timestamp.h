#pragma once
// Times on the wire: RFC 3339.

#include <optional>
#include <string>
#include <string_view>

#include "clock.h"
#include "consent/ruleset.h"

namespace consent::server {

// "2026-11-23T10:00:00.000Z": always UTC, always milliseconds.
std::string to_rfc3339(TimePoint time);
void append_rfc3339(TimePoint time, std::string& out);
std::string to_rfc3339_seconds(Instant time);  // "2026-11-23T10:00:07Z"
std::string to_iso_date(Date day);             // "2026-11-23"

// Date, 'T', time, optional fraction (cut to milliseconds), 'Z' or an offset. Years 1970 to 9999. A
// leap second is read as the second before it.
std::optional<TimePoint> parse_rfc3339(std::string_view text);

}  // namespace consent::server
