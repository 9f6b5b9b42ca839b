#pragma once
// The answers to decisions that granted nothing, so that a retry is not counted twice. In memory
// only, bounded, gone with the process: nothing of such a decision is ever stored.

#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <optional>

#include "ledger/record.h"

namespace consent::server {

class RecentRefusals {
 public:
  std::optional<Record> find(const EventId& event) const;
  void remember(const Record& record);

 private:
  static constexpr std::size_t kRefusalsMax = 65'536;  // the oldest makes room
  mutable std::mutex mutex_;
  std::map<EventId, Record> records_;
  std::deque<EventId> order_;
};

}  // namespace consent::server
