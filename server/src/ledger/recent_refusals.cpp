#include "ledger/recent_refusals.h"

namespace consent::server {

std::optional<Record> RecentRefusals::find(const EventId& event) const {
  const std::lock_guard lock(mutex_);
  const auto found = records_.find(event);
  if (found == records_.end()) return std::nullopt;
  return found->second;
}

void RecentRefusals::remember(const Record& record) {
  const std::lock_guard lock(mutex_);
  if (!records_.emplace(record.event, record).second) return;
  order_.push_back(record.event);
  if (order_.size() > kRefusalsMax) {
    records_.erase(order_.front());
    order_.pop_front();
  }
}

}  // namespace consent::server
