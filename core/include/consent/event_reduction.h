#pragma once
// Coarse values for the remaining members of an event.

#include <cstdint>
#include <optional>
#include <string_view>

namespace consent {

enum class EventType : std::uint8_t { page_view = 0, session_end = 1, form_submit = 2, custom = 3 };
std::optional<EventType> parse_event_type(std::string_view text);
std::string_view to_text(EventType type);

// "0-10s" "10-30s" "30-60s" "1-3m" "3-10m" "10m+"; empty for a negative duration. Upper bounds are
// exclusive.
std::string_view duration_bucket(std::int64_t duration_ms);

// A custom event's name survives when it is 1 to 64 of [a-z0-9_.-] and looks like no id, e-mail or
// phone number.
bool is_event_name(std::string_view name);

}  // namespace consent
