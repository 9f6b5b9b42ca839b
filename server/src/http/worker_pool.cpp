#include "http/worker_pool.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <utility>

#include "crypto/clean_memory.h"

namespace consent::http {

namespace {

// What a thread has left on its stack is overwritten this long after its last work.
constexpr std::chrono::milliseconds kStackKeptMax{100};

// One more than there are processors: it has their time while another waits for a page of a file.
std::size_t useful_at_once() { return std::max(2U, std::thread::hardware_concurrency()) + 1; }

}  // namespace

WorkerPool::WorkerPool(unsigned threads)
    : running_max_(useful_at_once()),
      running_(std::max(threads, 1U)),
      sleepers_(std::max(threads, 1U)) {
  for (Sleeper& own : sleepers_) {
    threads_.push_back(quiet_thread([this, &own] { run(own); }));
  }
}

WorkerPool::~WorkerPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  for (Sleeper& sleeper : sleepers_) sleeper.called_for.notify_one();
  for (std::thread& thread : threads_) thread.join();
}

void WorkerPool::submit(std::function<void()> work) {
  std::unique_lock lock(mutex_);
  waiting_.push_back(std::move(work));
  call_one(std::move(lock));
}

// Who is called finds the lock open.
void WorkerPool::call_one(std::unique_lock<std::mutex> lock) {
  if (waiting_.empty() || asleep_.empty() || running_ >= running_max_) return;
  Sleeper& sleeper = *asleep_.back();
  asleep_.pop_back();
  sleeper.called = true;
  ++running_;
  lock.unlock();
  sleeper.called_for.notify_one();
}

void WorkerPool::run(Sleeper& self) {
  wait_observer = this;
  bool used_stack = false;
  std::unique_lock lock(mutex_);
  while (true) {
    // More run than should when waits have ended: those that go on take what is left.
    if (!stopping_ && (waiting_.empty() || running_ > running_max_)) {
      sleep(self, used_stack, lock);
    }
    if (waiting_.empty()) {
      if (stopping_) return;
      continue;
    }
    const std::function<void()> work = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    work();
    used_stack = true;
    lock.lock();
  }
}

// Until it is called, or the pool stops.
void WorkerPool::sleep(Sleeper& self, bool& used_stack, std::unique_lock<std::mutex>& lock) {
  --running_;
  self.called = false;
  asleep_.push_back(&self);
  const auto roused = [&] { return self.called || stopping_; };
  // Who is called again soon writes over it.
  if (used_stack && !self.called_for.wait_for(lock, kStackKeptMax, roused)) {
    lock.unlock();
    server::wipe_stack_below();
    used_stack = false;
    lock.lock();
  }
  self.called_for.wait(lock, roused);
  if (self.called) return;
  std::erase(asleep_, &self);
  ++running_;
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
