#pragma once
// One write at a time of each event. Within a zone the file itself knows an event that is repeated;
// this is for an event that comes at once with tickets of two zones.

#include <deque>
#include <functional>
#include <map>
#include <mutex>

#include "ledger/record.h"

namespace consent::server {

class EventGate {
 public:
  // Calls `entered` as soon as nobody else has the event: on this thread at once, or on that of
  // whoever leaves. Nobody waits for it. Quick; must not throw. The event is held until leave().
  void enter(const EventId& event, std::function<void()> entered);
  void leave(const EventId& event);

 private:
  std::mutex mutex_;
  std::map<EventId, std::deque<std::function<void()>>> inside_;  // each with who comes next
  std::deque<EventId> left_;
  bool is_letting_in_ = false;
};

}  // namespace consent::server
