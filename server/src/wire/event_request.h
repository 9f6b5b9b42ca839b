#pragma once
// The body of POST /v1/events. What an event holds in here is raw: it lives no longer than its
// request.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "clock.h"
#include "consent/event_reduction.h"
#include "wire/json_document.h"

namespace consent::server {

inline constexpr std::size_t kEventsMax = 100;

struct RawEvent {
  EventType type = EventType::page_view;
  std::string name;  // of a custom event
  TimePoint time{};
  std::string url;
  std::string referrer;
  std::string session;  // 22 characters, or empty
  std::optional<std::int64_t> duration_ms;
};

// Empty when it is not an event. Members an event does not have are passed over.
std::optional<RawEvent> read_event(const JsonValue& value);

struct EventsRequest {
  std::string site;
  std::optional<std::string> token;
  // Empty where an event is not one: such an event is dropped and counted, the others are taken.
  std::vector<std::optional<RawEvent>> events;
};

struct EventsRequestRead {
  EventsRequest request;  // usable only when errors is empty
  std::vector<JsonError> errors;
};

// Members an event does not have are dropped; members the body does not have are errors.
EventsRequestRead read_events(const JsonValue& body);

}  // namespace consent::server
