#include "ledger/change_signal.h"

#include <atomic>
#include <thread>
#include <vector>

#include "support/catch.h"

using consent::server::ChangeSignal;
using namespace std::chrono_literals;
using Wait = ChangeSignal::Wait;

namespace {

auto in(std::chrono::milliseconds patience) { return std::chrono::steady_clock::now() + patience; }

}  // namespace

TEST_CASE("What was raised before the waiting began is not slept through") {
  ChangeSignal signal;
  const auto seen = signal.count();
  signal.raise();
  CHECK(signal.wait_past(seen, in(0ms)) == Wait::changed);
  CHECK(signal.wait_past(signal.count(), in(1ms)) == Wait::timed_out);
}

TEST_CASE("A bounded number waits, and all wake by a change or at the end") {
  ChangeSignal signal;
  for (const Wait expected : {Wait::changed, Wait::closed}) {
    const auto seen = signal.count();
    std::atomic<std::size_t> woken = 0;
    std::atomic<std::size_t> refused = 0;
    std::vector<std::thread> waiters;
    for (std::size_t i = 0; i < ChangeSignal::kWaitersMax + 2; ++i) {
      waiters.emplace_back([&] {
        const Wait end = signal.wait_past(seen, in(20s));
        if (end == expected) ++woken;
        if (end == Wait::too_many) ++refused;
      });
    }
    while (refused < 2) std::this_thread::sleep_for(1ms);
    if (expected == Wait::changed) signal.raise();
    if (expected == Wait::closed) signal.close();
    for (std::thread& waiter : waiters) waiter.join();
    CHECK(woken == ChangeSignal::kWaitersMax);
    CHECK(refused == 2);
  }
  CHECK(signal.wait_past(signal.count(), in(20s)) == Wait::closed);
}

TEST_CASE("A thread of its own takes nobody's place, and wakes as the others do") {
  ChangeSignal signal;
  const auto seen = signal.count();
  std::atomic<std::size_t> changed = 0;
  std::vector<std::thread> followers;
  for (std::size_t i = 0; i < ChangeSignal::kWaitersMax + 3; ++i) {
    followers.emplace_back([&] {
      if (signal.follow_past(seen, in(60s)) == Wait::changed) ++changed;
    });
  }
  CHECK(signal.wait_past(seen, in(1ms)) == Wait::timed_out);  // there is room
  signal.raise();
  for (std::thread& each : followers) each.join();
  CHECK(changed == ChangeSignal::kWaitersMax + 3);
  signal.close();
  CHECK(signal.follow_past(signal.count(), in(60s)) == Wait::closed);
}
