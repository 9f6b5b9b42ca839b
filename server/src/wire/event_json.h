#pragma once
// A pseudonymised event as JSON, one object (http-api, "Pseudonymised event").

#include "events/pseudonymised_event.h"
#include "wire/json_document.h"

namespace consent::server {

JsonValue event_json(const PseudonymisedEvent& event);

}  // namespace consent::server
