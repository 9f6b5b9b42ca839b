#pragma once
// A few threads that take connections with a complete request, in order.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace consent::http {

struct Connection;

class WorkerPool {
 public:
  // `work` must not throw. The threads leave every signal to the rest of the process.
  WorkerPool(unsigned threads, std::function<void(Connection&)> work);
  // Finishes what was submitted.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  void submit(Connection& connection);

 private:
  void run();

  std::function<void(Connection&)> work_;
  std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<Connection*> waiting_;
  std::size_t sleeping_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

// A thread that no signal is delivered to.
std::thread quiet_thread(std::function<void()> body);

}  // namespace consent::http
