#include "http/worker_pool.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "support/catch.h"

using namespace consent::http;
using consent::LongWait;

namespace {

constexpr unsigned kThreads = 16;

// Counts who is at the same place at the same time.
class Meeting {
 public:
  void enter() {
    const std::lock_guard lock(mutex_);
    most_ = std::max(most_, ++present_);
    changed_.notify_all();
  }
  void leave() {
    const std::lock_guard lock(mutex_);
    --present_;
    ++gone_;
    changed_.notify_all();
  }
  // False when they have not come together within ten seconds.
  bool wait_for(unsigned present) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return most_ >= present; });
  }
  bool wait_until_gone(unsigned count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return gone_ == count; });
  }
  unsigned most() {
    const std::lock_guard lock(mutex_);
    return most_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  unsigned present_ = 0;
  unsigned most_ = 0;
  unsigned gone_ = 0;
};

}  // namespace

TEST_CASE("No more workers run at once than the processor has use for, and all work is done") {
  Meeting meeting;
  WorkerPool pool(kThreads);
  for (int i = 0; i < 200; ++i) {
    pool.submit([&] {
      meeting.enter();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      meeting.leave();
    });
  }
  CHECK(meeting.wait_until_gone(200));
  CHECK(meeting.most() >= 1);
  CHECK(meeting.most() <= std::max(2U, std::thread::hardware_concurrency()) + 1);
}

TEST_CASE("A worker that waits long is stood in for, until every thread waits") {
  Meeting meeting;
  bool met = true;
  std::mutex mutex;
  WorkerPool pool(kThreads);
  for (unsigned i = 0; i < kThreads + 4; ++i) {
    pool.submit([&] {
      const LongWait wait;
      meeting.enter();
      const bool together = meeting.wait_for(kThreads);
      meeting.leave();
      const std::lock_guard lock(mutex);
      met = met && together;
    });
  }
  CHECK(meeting.wait_until_gone(kThreads + 4));
  CHECK(meeting.most() == kThreads);
  const std::lock_guard lock(mutex);
  CHECK(met);
}

TEST_CASE("What was submitted is finished when the pool ends") {
  Meeting meeting;
  {
    WorkerPool pool(4);
    for (int i = 0; i < 50; ++i) {
      pool.submit([&] {
        const LongWait wait;
        meeting.enter();
        meeting.leave();
      });
    }
  }
  CHECK(meeting.wait_until_gone(50));
}
