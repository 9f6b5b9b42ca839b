#pragma once
// By when a request of a data subject is to be answered, by the calendar. Only the service needs
// it.

#include <optional>

#include "consent/regime_rights.h"

namespace consent {

// The moment a period is over, at the time of day it began. A month ends on the day of the same
// number, or on the last day of a month that has none (GDPR art. 12(3); Regulation 1182/71 art. 3).
// Business days are Monday to Friday, the first of them after the day of the start; holidays count
// as business days, and nothing is put off to the next working day: never later than the law.
Instant end_of(TimeLimit limit, Instant start);

struct RequestDeadlines {
  Instant answer{};    // of an opt-out: by when it has effect
  Instant extended{};  // with the extension the regime knows; else `answer`
  std::optional<Instant> acknowledge;
  bool extensible() const { return extended != answer; }
};

// An opt-out has the regime's own period for its effect, where it names one; where it says at once
// of a browser's signal only, the period of an answer. Where no state is known it is California's,
// the shortest that a state names.
RequestDeadlines deadlines_of(RegimeId regime, Right right, Instant received);

}  // namespace consent
