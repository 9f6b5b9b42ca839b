#pragma once
// One write at a time of each event. Within a zone the file itself knows an event that is repeated;
// this is for an event that comes at once with tickets of two zones.

#include <condition_variable>
#include <mutex>
#include <set>

#include "ledger/record.h"

namespace consent::server {

class EventGate {
 public:
  // Held while the event is written. Must not outlive the gate.
  class Pass {
   public:
    // Waits until nobody else has the event.
    Pass(EventGate& gate, const EventId& event);
    ~Pass();
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;

   private:
    EventGate& gate_;
    const EventId event_;
  };

 private:
  std::mutex mutex_;
  std::condition_variable left_;
  std::set<EventId> inside_;
};

}  // namespace consent::server
