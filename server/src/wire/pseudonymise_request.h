#pragma once
// The body of POST /v1/pseudonymize, and an entry of its answer. What an event holds in here is
// raw: it lives no longer than its request.

#include <optional>
#include <string>
#include <vector>

#include "consent/ip_address.h"
#include "wire/event_request.h"

namespace consent::server {

inline constexpr std::size_t kPseudonymiseEventsMax = 10'000;

// Who sent an event, as the pipeline saw it.
struct EventSender {
  std::optional<std::string> token;    // any text; what is malformed is answered, not refused
  std::optional<std::string> subject;  // the same; never beside a token
  std::optional<IpAddress> address;    // none, or not readable: the unknown region
  std::string user_agent;
  bool gpc = false;  // the request it came with had an opt-out signal
};

struct SentEvent {
  EventSender sender;
  RawEvent event;
};

struct PseudonymiseRequest {
  std::string site;
  // Empty where an event is not one.
  std::vector<std::optional<SentEvent>> events;
};

struct PseudonymiseRequestRead {
  PseudonymiseRequest request;  // usable only when errors is empty
  std::vector<JsonError> errors;
};

// {"site", "token"?, "ip"?, "user_agent"?, "events": [...]}: what stands beside the events holds
// for each one that does not say otherwise.
PseudonymiseRequestRead read_pseudonymise(const JsonValue& body);

}  // namespace consent::server
