#include "ledger/event_gate.h"

#include <utility>

namespace consent::server {

void EventGate::enter(const EventId& event, std::function<void()> entered) {
  {
    const std::lock_guard lock(mutex_);
    const auto [place, is_first] = inside_.try_emplace(event);
    if (!is_first) return place->second.push_back(std::move(entered));
  }
  entered();
}

// Whoever is let in may leave at once, and the next one, too: one after the other, not one inside
// the other, lest a long queue fills the stack.
void EventGate::leave(const EventId& event) {
  std::unique_lock lock(mutex_);
  left_.push_back(event);
  if (std::exchange(is_letting_in_, true)) return;
  while (!left_.empty()) {
    const auto place = inside_.find(left_.front());
    left_.pop_front();
    if (place->second.empty()) {
      inside_.erase(place);
      continue;
    }
    const std::function<void()> next = std::move(place->second.front());
    place->second.pop_front();
    lock.unlock();
    next();
    lock.lock();
  }
  is_letting_in_ = false;
}

}  // namespace consent::server
