#include "ledger/event_gate.h"

namespace consent::server {

EventGate::Pass::Pass(EventGate& gate, const EventId& event) : gate_(gate), event_(event) {
  std::unique_lock lock(gate_.mutex_);
  gate_.left_.wait(lock, [this] { return !gate_.inside_.contains(event_); });
  gate_.inside_.insert(event_);
}

EventGate::Pass::~Pass() {
  {
    const std::lock_guard lock(gate_.mutex_);
    gate_.inside_.erase(event_);
  }
  gate_.left_.notify_all();
}

}  // namespace consent::server
