#pragma once
// Group commit: everything that waits is written in one transaction by one thread, and woken after
// it.

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>

#include "ledger/ledger.h"

namespace consent::server {

struct WriteTask {
  enum class Kind : std::uint8_t { record, refusal, notice, probe };
  Kind kind = Kind::probe;
  Record record;  // in and out
  std::string notice_id;
  std::string notice_json;
  bool repeated = false;
  std::optional<StoreFailure> failure;
  bool done = false;  // guarded by the queue
};

class WriteQueue {
 public:
  // `commit` runs on the queue's own thread, with 1 to kBatchMax tasks in the order they came; it
  // must not throw.
  using Commit = std::function<void(std::span<WriteTask* const> tasks)>;
  explicit WriteQueue(Commit commit);
  // Writes what still waits.
  ~WriteQueue();
  WriteQueue(const WriteQueue&) = delete;
  WriteQueue& operator=(const WriteQueue&) = delete;

  // Returns when the task's transaction has ended. A task over kWaitingMax fails at once.
  void run(WriteTask& task);

 private:
  void work();

  static constexpr std::size_t kBatchMax = 512;
  static constexpr std::size_t kWaitingMax = 8192;
  Commit commit_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::condition_variable finished_;
  std::deque<WriteTask*> waiting_;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace consent::server
