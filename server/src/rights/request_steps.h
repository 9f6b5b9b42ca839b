#pragma once
// How a request in the register goes on: received, perhaps acknowledged, perhaps extended, then
// completed or refused, which is the end of it.

#include <cstdint>
#include <string>

#include "ledger/rights_request.h"

namespace consent::server {

// By when it is due and to be acknowledged, from its right, regime and receipt.
void set_deadlines(RightsRequest& request);

enum class StepFlaw : std::uint8_t {
  none,
  closed,          // nothing follows
  out_of_order,    // only what is new is acknowledged, only what was not is extended
  not_extensible,  // the regime knows no extension of this
  too_late,        // an extension is told before the first period is over (GDPR art. 12(3))
  reason_missing,  // of an extension or a refusal (GDPR art. 12(3), 12(4); 11 CCR 7021)
};

// Takes the request to `state` with its new due date and times, or leaves it as it is. `reason` may
// be empty where none is needed.
StepFlaw take_step(RightsRequest& request, RequestState state, const std::string& reason,
                   TimePoint now);

// For whoever asked for the impossible: what to do instead.
std::string_view advice_on(StepFlaw flaw);

}  // namespace consent::server
