#pragma once
// Wakes those who wait for the next change of a subject's state.

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace consent::server {

// Thread-safe.
class ChangeSignal {
 public:
  enum class Wait : std::uint8_t { changed, timed_out, too_many, closed };

  // To be read before the ledger is: what changes afterwards is not slept through.
  std::uint64_t count() const;
  // After a change is durable; also to have everybody look again.
  void raise();
  // Returns when there were more than `count` changes, and at the latest at `until`. At once when
  // kWaitersMax wait already, or after close().
  Wait wait_past(std::uint64_t count, std::chrono::steady_clock::time_point until);
  // The same of a thread that takes nobody's place: any number of them.
  Wait follow_past(std::uint64_t count, std::chrono::steady_clock::time_point until);
  // Ends all waiting, for good: the service stops.
  void close();

  // Each waiter holds a thread; whoever has threads has so many more.
  static constexpr std::size_t kWaitersMax = 4;

 private:
  Wait wait(std::unique_lock<std::mutex>& lock, std::uint64_t count,
            std::chrono::steady_clock::time_point until);

  mutable std::mutex mutex_;
  std::condition_variable raised_;
  std::uint64_t count_ = 0;
  std::size_t waiters_ = 0;
  bool closed_ = false;
};

}  // namespace consent::server
