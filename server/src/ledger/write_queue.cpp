#include "ledger/write_queue.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "long_wait.h"

namespace consent::server {

WriteQueue::WriteQueue(Commit commit, std::chrono::milliseconds patience)
    : commit_(std::move(commit)), patience_(patience), thread_([this] { work(); }) {}

WriteQueue::~WriteQueue() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  arrived_.notify_one();
  thread_.join();
}

void WriteQueue::run(WriteTask& task) {
  const LongWait wait;
  {
    const std::lock_guard lock(mutex_);
    if (closing_ || waiting_.size() >= kWaitingMax) {
      task.failure = StoreFailure{closing_ ? "the ledger is closing"
                                           : "too many writes are waiting for the disk"};
      return;
    }
    waiting_.push_back(&task);
  }
  arrived_.notify_one();
  task.waiter->wait();
}

void WriteQueue::work() {
  std::vector<WriteTask*> batch;
  std::unique_lock lock(mutex_);
  while (true) {
    const bool asked =
        arrived_.wait_for(lock, patience_, [this] { return closing_ || !waiting_.empty(); });
    const bool last = asked && waiting_.empty();
    const std::size_t size = std::min(waiting_.size(), kBatchMax);
    batch.assign(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(size));
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(size));
    lock.unlock();
    commit_(batch);
    // A task is gone as soon as its thread is awake.
    for (WriteTask* task : batch) std::shared_ptr(task->waiter)->wake();
    if (last) return;
    lock.lock();
  }
}

}  // namespace consent::server
