#include "http/worker_pool.h"

#include <pthread.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "crypto/clean_memory.h"

namespace consent::http {

namespace {

// One more than there are processors: it has their time while another waits for a page of a file.
std::size_t useful_at_once() { return std::max(2U, std::thread::hardware_concurrency()) + 1; }

}  // namespace

WorkerPool::WorkerPool(unsigned threads)
    : running_max_(useful_at_once()), running_(std::max(threads, 1U)) {
  for (std::size_t i = 0; i < std::max(threads, 1U); ++i) {
    threads_.push_back(quiet_thread([this] { run(); }));
  }
}

WorkerPool::~WorkerPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  called_for_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void WorkerPool::submit(std::function<void()> work) {
  std::unique_lock lock(mutex_);
  waiting_.push_back(std::move(work));
  call_one(std::move(lock));
}

// Who is called finds the lock open.
void WorkerPool::call_one(std::unique_lock<std::mutex> lock) {
  if (waiting_.empty() || asleep_ == 0 || running_ >= running_max_) return;
  --asleep_;
  ++running_;
  ++calls_;
  lock.unlock();
  called_for_.notify_one();
}

void WorkerPool::run() {
  wait_observer = this;
  std::unique_lock lock(mutex_);
  while (true) {
    // More run than should when waits have ended: those that go on take what is left.
    if (!stopping_ && (waiting_.empty() || running_ > running_max_)) {
      --running_;
      ++asleep_;
      called_for_.wait(lock, [this] { return calls_ > 0 || stopping_; });
      if (calls_ > 0) {
        --calls_;
      } else {
        --asleep_;
        ++running_;
      }
    }
    if (waiting_.empty()) {
      if (stopping_) return;
      continue;
    }
    const std::function<void()> work = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    work();
    lock.lock();
    if (!waiting_.empty() && running_ <= running_max_) continue;  // the next one writes over it
    lock.unlock();
    server::wipe_stack_below();
    lock.lock();
  }
}

void WorkerPool::wait_begins() {
  std::unique_lock lock(mutex_);
  --running_;
  call_one(std::move(lock));
}

void WorkerPool::wait_ends() {
  const std::lock_guard lock(mutex_);
  ++running_;
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
