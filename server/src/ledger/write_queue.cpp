#include "ledger/write_queue.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace consent::server {

WriteQueue::WriteQueue(Commit commit) : commit_(std::move(commit)), thread_([this] { work(); }) {}

WriteQueue::~WriteQueue() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  arrived_.notify_one();
  thread_.join();
}

void WriteQueue::run(WriteTask& task) {
  std::unique_lock lock(mutex_);
  if (closing_ || waiting_.size() >= kWaitingMax) {
    task.failure = StoreFailure{closing_ ? "the ledger is closing"
                                         : "too many writes are waiting for the disk"};
    return;
  }
  waiting_.push_back(&task);
  arrived_.notify_one();
  finished_.wait(lock, [&task] { return task.done; });
}

void WriteQueue::work() {
  std::vector<WriteTask*> batch;
  std::unique_lock lock(mutex_);
  while (true) {
    arrived_.wait(lock, [this] { return closing_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const std::size_t size = std::min(waiting_.size(), kBatchMax);
    batch.assign(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(size));
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(size));
    lock.unlock();
    commit_(batch);
    lock.lock();
    for (WriteTask* task : batch) task->done = true;
    finished_.notify_all();
  }
}

}  // namespace consent::server
