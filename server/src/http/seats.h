#pragma once
// How many connections a listener has at the same time.

#include <atomic>
#include <cstddef>

namespace consent::http {

// Thread-safe; never more than `max` are taken.
class Seats {
 public:
  explicit Seats(std::size_t max) : max_(max) {}
  // False when all are taken.
  bool take() {
    std::size_t taken = taken_.load(std::memory_order_relaxed);
    while (taken < max_) {
      if (taken_.compare_exchange_weak(taken, taken + 1, std::memory_order_relaxed)) return true;
    }
    return false;
  }
  void leave() { taken_.fetch_sub(1, std::memory_order_relaxed); }  // once for each one taken
  bool are_full() const { return taken_.load(std::memory_order_relaxed) >= max_; }

 private:
  const std::size_t max_;
  std::atomic<std::size_t> taken_{0};
};

}  // namespace consent::http
