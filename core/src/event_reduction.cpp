#include "consent/event_reduction.h"

#include "characters.h"
#include "personal_value.h"

namespace consent {

std::optional<EventType> parse_event_type(std::string_view text) {
  for (const EventType type :
       {EventType::page_view, EventType::session_end, EventType::form_submit, EventType::custom}) {
    if (text == to_text(type)) return type;
  }
  return std::nullopt;
}

std::string_view to_text(EventType type) {
  switch (type) {
    case EventType::page_view:
      return "page_view";
    case EventType::session_end:
      return "session_end";
    case EventType::form_submit:
      return "form_submit";
    case EventType::custom:
      return "custom";
  }
  return "";
}

std::string_view duration_bucket(std::int64_t duration_ms) {
  if (duration_ms < 0) return {};
  if (duration_ms < 10'000) return "0-10s";
  if (duration_ms < 30'000) return "10-30s";
  if (duration_ms < 60'000) return "30-60s";
  if (duration_ms < 180'000) return "1-3m";
  if (duration_ms < 600'000) return "3-10m";
  return "10m+";
}

bool is_event_name(std::string_view name) {
  if (name.empty() || name.size() > 64) return false;
  for (const char character : name) {
    const bool word = is_lower(character) || is_digit(character);
    if (!word && character != '_' && character != '.' && character != '-') return false;
  }
  return personal_kind_of(name) == PersonalKind::none;
}

}  // namespace consent
