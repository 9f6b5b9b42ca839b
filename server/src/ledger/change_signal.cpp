#include "ledger/change_signal.h"

#include "process/long_wait.h"

namespace consent::server {

std::uint64_t ChangeSignal::count() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

void ChangeSignal::raise() {
  {
    const std::lock_guard lock(mutex_);
    ++count_;
  }
  raised_.notify_all();
}

ChangeSignal::Wait ChangeSignal::wait_past(std::uint64_t count,
                                           std::chrono::steady_clock::time_point until) {
  std::unique_lock lock(mutex_);
  if (count_ > count) return Wait::changed;
  if (closed_) return Wait::closed;
  if (waiters_ == kWaitersMax) return Wait::too_many;
  ++waiters_;
  const Wait end = wait(lock, count, until);
  --waiters_;
  return end;
}

ChangeSignal::Wait ChangeSignal::follow_past(std::uint64_t count,
                                             std::chrono::steady_clock::time_point until) {
  std::unique_lock lock(mutex_);
  return wait(lock, count, until);
}

ChangeSignal::Wait ChangeSignal::wait(std::unique_lock<std::mutex>& lock, std::uint64_t count,
                                      std::chrono::steady_clock::time_point until) {
  {
    const LongWait waiting;
    raised_.wait_until(lock, until, [&] { return count_ > count || closed_; });
  }
  if (count_ > count) return Wait::changed;
  return closed_ ? Wait::closed : Wait::timed_out;
}

void ChangeSignal::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  raised_.notify_all();
}

}  // namespace consent::server
