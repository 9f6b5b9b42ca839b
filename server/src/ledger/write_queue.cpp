#include "ledger/write_queue.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "formats/uuid.h"
#include "process/long_wait.h"

namespace consent::server {
namespace {

// What a thread sleeps on until its task is done: it may outlive the task by a moment.
class WriteWaiter {
 public:
  void wait() {
    std::unique_lock lock(mutex_);
    finished_.wait(lock, [this] { return done_; });
  }
  void wake() {
    {
      const std::lock_guard lock(mutex_);
      done_ = true;
    }
    finished_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable finished_;
  bool done_ = false;
};

}  // namespace

WriteTask notice_task(Zone zone, const std::string& id, const std::string& canonical_json) {
  WriteTask task(WriteTask::Kind::notice);
  task.notice_id = id;
  task.notice_json = canonical_json;
  const TimePoint now = SystemClock().now();
  task.entry = {.kind = LogKind::notice,
                .zone = zone,
                .time = now,
                .record = make_uuid_v7(now),
                .subject = id};
  return task;
}

WriteQueue::WriteQueue(Commit commit, std::chrono::milliseconds patience)
    : commit_(std::move(commit)), patience_(patience), thread_([this] { work(); }) {}

void WriteQueue::close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  arrived_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void WriteQueue::run(WriteTask& task) {
  const LongWait wait;
  const auto waiter = std::make_shared<WriteWaiter>();
  task.finished = [waiter] { waiter->wake(); };
  start(task);
  waiter->wait();
}

// Once it is in the queue, the task is the writer's.
void WriteQueue::start(WriteTask& task) {
  bool first = false;
  bool refused = false;
  {
    const std::lock_guard lock(mutex_);
    refused = closing_ || waiting_.size() >= kWaitingMax;
    if (refused) {
      task.failure = StoreFailure{closing_ ? "the ledger is closing"
                                           : "too many writes are waiting for the disk"};
    } else {
      first = waiting_.empty();
      waiting_.push_back(&task);
    }
  }
  if (refused) return finish(task);
  if (first) arrived_.notify_one();
}

// A task may be gone as soon as it was told.
void WriteQueue::finish(WriteTask& task) {
  const auto finished = std::move(task.finished);
  finished();
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
    for (WriteTask* task : batch) finish(*task);
    if (last) return;
    lock.lock();
  }
}

}  // namespace consent::server
