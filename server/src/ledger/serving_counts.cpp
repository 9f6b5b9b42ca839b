#include "ledger/serving_counts.h"

#include <utility>

namespace consent::server {

void ServingCounts::add(const Serving& serving) {
  const std::lock_guard lock(mutex_);
  ++cells_[serving];
}

ServingCounts::Cells ServingCounts::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(cells_, {});
}

void ServingCounts::add_all(const Cells& cells) {
  const std::lock_guard lock(mutex_);
  for (const auto& [serving, count] : cells) cells_[serving] += count;
}

}  // namespace consent::server
