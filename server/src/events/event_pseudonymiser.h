#pragma once
// From what a browser sent to what may be kept: reduction by the core, pseudonyms by the keyring.

#include <string_view>
#include <variant>

#include "events/pseudonymised_event.h"
#include "telemetry/metrics.h"
#include "visitor/visitor.h"
#include "wire/event_request.h"

namespace consent::server {

inline constexpr std::chrono::hours kEventLateness{
    48};  // older events are late: their key may be gone
inline constexpr std::chrono::hours kEventClockSlack{
    24};  // later events are no events; until then they are "now"

// What all events of one request share; decided before.
struct EventContext {
  std::string_view site;
  const Visitor& visitor;
  std::string_view user_agent;
  std::optional<SubjectId> subject;  // none: no visitor pseudonym
  PolicyVersion policy = 0;
  EventBasis basis = EventBasis::consent;
  TimePoint now{};
};

std::variant<PseudonymisedEvent, EventDrop> pseudonymise(const RawEvent& event,
                                                         const EventContext& context,
                                                         Keyring& keyring);

}  // namespace consent::server
