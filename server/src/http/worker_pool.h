#pragma once
// Threads that take work in the order that it comes. No more of them run at once than the processor
// has use for: one that waits for the disk (LongWait) is stood in for by another.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "process/long_wait.h"

namespace consent::http {

class WorkerPool final : private WaitObserver {
 public:
  // The threads leave every signal to the rest of the process.
  explicit WorkerPool(unsigned threads);
  // Finishes what was submitted.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  void submit(std::function<void()> work);  // must not throw

 private:
  struct Sleeper {
    std::condition_variable called_for;
    bool called = false;
  };

  void run(Sleeper& self);
  void sleep(Sleeper& self, bool& used_stack, std::unique_lock<std::mutex>& lock);
  void call_one(std::unique_lock<std::mutex> lock);
  void wait_begins() override;
  void wait_ends() override;

  const std::size_t running_max_;
  std::mutex mutex_;
  std::deque<std::function<void()>> waiting_;
  std::size_t running_ = 0;       // neither asleep nor in a long wait; those called count already
  std::deque<Sleeper> sleepers_;  // one for each thread
  std::vector<Sleeper*>
      asleep_;  // the one that has slept least is called first: its memory is near
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

// A thread that no signal is delivered to.
std::thread quiet_thread(std::function<void()> body);

}  // namespace consent::http
