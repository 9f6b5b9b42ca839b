#pragma once
// What other threads put before a loop. Whoever calls back may outlive, by a moment, the loop that
// it calls: therefore shared.

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "http/network.h"

namespace consent::http {

// Thread-safe.
template <typename Item>
class Inbox {
 public:
  explicit Inbox(std::shared_ptr<Network> network) : network_(std::move(network)) {}
  // The loop is woken once for all that come before it looks.
  void add(Item item) {
    bool first = false;
    {
      const std::lock_guard lock(mutex_);
      first = items_.empty();
      items_.push_back(std::move(item));
      filled_.store(true, std::memory_order_release);
    }
    if (first) network_->wake();
  }
  std::vector<Item> take() {
    if (!filled_.load(std::memory_order_acquire)) return {};  // most turns: no lock
    const std::lock_guard lock(mutex_);
    filled_.store(false, std::memory_order_relaxed);
    return std::exchange(items_, {});
  }

 private:
  const std::shared_ptr<Network> network_;
  std::mutex mutex_;
  std::atomic<bool> filled_{false};
  std::vector<Item> items_;
};

}  // namespace consent::http
