#include "http/worker_pool.h"

#include <pthread.h>

#include <algorithm>
#include <csignal>
#include <utility>

namespace consent::http {

WorkerPool::WorkerPool(unsigned threads, std::function<void(Connection&)> work)
    : work_(std::move(work)) {
  for (unsigned i = 0; i < std::max(threads, 1U); ++i) {
    threads_.push_back(quiet_thread([this] { run(); }));
  }
}

WorkerPool::~WorkerPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  filled_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void WorkerPool::submit(Connection& connection) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(&connection);
    wake = sleeping_ > 0;
  }
  if (wake) filled_.notify_one();
}

void WorkerPool::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    while (waiting_.empty() && !stopping_) {
      ++sleeping_;
      filled_.wait(lock);
      --sleeping_;
    }
    if (waiting_.empty()) return;
    Connection* const connection = waiting_.front();
    waiting_.pop_front();
    lock.unlock();
    work_(*connection);
    lock.lock();
  }
}

std::thread quiet_thread(std::function<void()> body) {
  sigset_t all{};
  sigset_t before{};
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread thread(std::move(body));
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

}  // namespace consent::http
