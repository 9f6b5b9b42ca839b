#include "rights/due_event_days.h"

namespace consent::server {

std::vector<Date> due_event_days(const EventSink& sink, const Retention& retention, TimePoint now) {
  std::vector<Date> due;
  for (const Date day : sink.days()) {
    if (retention.events.after(TimePoint(day + std::chrono::days(1))) <= now) due.push_back(day);
  }
  return due;
}

}  // namespace consent::server
