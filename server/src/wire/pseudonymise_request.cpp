#include "wire/pseudonymise_request.h"

#include "wire/json_fields.h"

namespace consent::server {
namespace {

// False when the member is there but no text. Null reads as absent.
bool take_text(const JsonValue& event, std::string_view name, std::optional<std::string>& out) {
  const JsonValue* member = event.find(name);
  if (member == nullptr || member->is_null()) return true;
  const std::string* text = member->string();
  if (text != nullptr) out = *text;
  return text != nullptr;
}

bool take_signal(const JsonValue& event, bool& out) {
  const JsonValue* member = event.find("gpc");
  if (member == nullptr || member->is_null()) return true;
  const auto flag = member->boolean();
  out = out || flag.value_or(false);
  return flag.has_value();
}

// An address of the event's own replaces the shared one even when it cannot be read.
bool take_sender(const JsonValue& event, EventSender& sender) {
  std::optional<std::string> token;
  std::optional<std::string> subject;
  std::optional<std::string> address;
  std::optional<std::string> user_agent;
  if (!take_text(event, "token", token) || !take_text(event, "subject", subject) ||
      !take_text(event, "ip", address) || !take_text(event, "user_agent", user_agent) ||
      !take_signal(event, sender.gpc)) {
    return false;
  }
  if (token && subject) return false;
  if (token || subject) {
    sender.token = std::move(token);
    sender.subject = std::move(subject);
  }
  if (address) sender.address = IpAddress::parse(*address);
  if (user_agent) sender.user_agent = std::move(*user_agent);
  return true;
}

std::optional<SentEvent> read_sent_event(const JsonValue& value, const EventSender& shared) {
  auto event = read_event(value);
  if (!event) return std::nullopt;
  SentEvent sent{.sender = shared, .event = std::move(*event)};
  if (!take_sender(value, sent.sender)) return std::nullopt;
  return sent;
}

EventSender read_shared(JsonFields& fields) {
  EventSender shared;
  if (const std::string* token = fields.string("token", Presence::nullable)) shared.token = *token;
  if (const std::string* address = fields.string("ip", Presence::nullable))
    shared.address = IpAddress::parse(*address);
  if (const std::string* agent = fields.string("user_agent", Presence::nullable))
    shared.user_agent = *agent;
  return shared;
}

}  // namespace

PseudonymiseRequestRead read_pseudonymise(const JsonValue& body) {
  PseudonymiseRequestRead read;
  JsonFields fields(body, "", read.errors);
  if (const std::string* site = fields.string("site")) read.request.site = *site;
  const EventSender shared = read_shared(fields);
  if (const JsonArray* events = fields.array("events")) {
    if (events->size() > kPseudonymiseEventsMax) {
      fields.fail("events", "has more than " + std::to_string(kPseudonymiseEventsMax) +
                                " events; send them in parts");
    } else {
      for (const JsonValue& event : *events)
        read.request.events.push_back(read_sent_event(event, shared));
    }
  }
  fields.refuse_unknown();
  return read;
}

}  // namespace consent::server
