#include "wire/event_request.h"

#include "formats/timestamp.h"
#include "visitor/subject_id.h"
#include "wire/json_fields.h"

namespace consent::server {
namespace {

// False when the member is there but of another kind. Null reads as absent.
bool take_text(const JsonValue& event, std::string_view name, std::string& out) {
  const JsonValue* member = event.find(name);
  if (member == nullptr || member->is_null()) return true;
  const std::string* text = member->string();
  if (text != nullptr) out = *text;
  return text != nullptr;
}

bool take_integer(const JsonValue& event, std::string_view name, std::optional<std::int64_t>& out) {
  const JsonValue* member = event.find(name);
  if (member == nullptr || member->is_null()) return true;
  out = member->integer();
  if (const auto fraction = member->number();
      !out && fraction && *fraction >= 0 && *fraction < 9e15) {
    out = static_cast<std::int64_t>(*fraction);  // performance.now() is no integer
  }
  return out.has_value();
}

}  // namespace

std::optional<RawEvent> read_event(const JsonValue& value) {
  RawEvent event;
  std::string type;
  std::string time;
  if (!take_text(value, "type", type) || !take_text(value, "time", time) ||
      !take_text(value, "name", event.name) || !take_text(value, "url", event.url) ||
      !take_text(value, "referrer", event.referrer) ||
      !take_text(value, "session", event.session) ||
      !take_integer(value, "duration_ms", event.duration_ms)) {
    return std::nullopt;
  }
  const auto known_type = parse_event_type(type);
  const auto instant = parse_rfc3339(time);
  if (!known_type || !instant) return std::nullopt;
  if (!event.session.empty() && !parse_subject_id(event.session)) return std::nullopt;
  event.type = *known_type;
  event.time = *instant;
  return event;
}

EventsRequestRead read_events(const JsonValue& body) {
  EventsRequestRead read;
  JsonFields fields(body, "", read.errors);
  if (const std::string* site = fields.string("site")) read.request.site = *site;
  if (const std::string* token = fields.string("token", Presence::nullable))
    read.request.token = *token;
  if (const JsonArray* events = fields.array("events")) {
    if (events->size() > kEventsMax) {
      fields.fail("events",
                  "has more than " + std::to_string(kEventsMax) + " events; send them in parts");
    } else {
      for (const JsonValue& event : *events) read.request.events.push_back(read_event(event));
    }
  }
  fields.refuse_unknown();
  return read;
}

}  // namespace consent::server
