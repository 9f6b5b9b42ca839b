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
  void run();
  void call_one(std::unique_lock<std::mutex> lock);
  void wait_begins() override;
  void wait_ends() override;

  const std::size_t running_max_;
  std::mutex mutex_;
  std::condition_variable called_for_;
  std::deque<std::function<void()>> waiting_;
  std::size_t running_ = 0;  // neither asleep nor in a long wait; those called count already
  std::size_t asleep_ = 0;
  std::size_t calls_ = 0;  // that no thread has heard yet
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

// A thread that no signal is delivered to.
std::thread quiet_thread(std::function<void()> body);

}  // namespace consent::http
