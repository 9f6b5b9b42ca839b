#pragma once
// Which days' events a sweep destroys: those whose last event arrived so long ago that the period
// is over.

#include <vector>

#include "events/event_sink.h"
#include "site/retention.h"

namespace consent::server {

// In order. Throws what EventSink::days() does.
std::vector<Date> due_event_days(const EventSink& sink, const Retention& retention, TimePoint now);

}  // namespace consent::server
