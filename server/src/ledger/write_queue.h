#pragma once
// Group commit: everything that waits is written in one transaction by one thread, and told of it
// after it.

#include <chrono>
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
#include <utility>
#include <vector>

#include "ledger/ledger.h"
#include "ledger/rights_request.h"

namespace consent::server {

struct CopyWork;

struct WriteTask {
  enum class Kind : std::uint8_t {
    record,
    refusal,
    mark,
    legal_hold,
    erase,
    erase_superseded,
    destroy_entries,
    empty_log,
    notice,
    log,
    request,
    request_removal,
    record_days,
    copies,
    probe
  };
  WriteTask() = default;
  explicit WriteTask(Kind of) : kind(of) {}

  Kind kind = Kind::probe;
  Record record;       // in and out
  bool first = false;  // of record: its subject must be new
  SubjectPlace place;  // of mark, legal_hold and both that erase
  bool held = false;   // of legal_hold
  ErasureCause cause = ErasureCause::request;
  std::int64_t newest = 0;  // of both that erase: the subject's newest record must be this one;
                            // 0: any
  std::int64_t up_to = 0;   // of erase_superseded: the newest whose payload goes
  Erasure erasure;
  // Of erase: whose it was, where that can still be read.
  std::optional<std::pair<std::string, SubjectId>> erased_subject;
  std::vector<ExpiredEntry> entries;  // of destroy_entries
  std::size_t destroyed = 0;          // of them
  bool log_emptied = false;           // of empty_log and copies
  std::vector<RecordDay> days;        // of record_days
  CopyWork* copies = nullptr;         // of copies; the caller's
  std::string notice_id;
  std::string notice_json;
  LogEntry entry;
  std::optional<RightsRequest> request;
  ClosedBefore closed_before;  // of request_removal
  std::uint64_t removed = 0;   // by it; of copies: destroyed
  bool repeated = false;
  bool erased = false;
  bool taken = false;
  bool found = false;
  std::optional<RecordState> state;  // of a subject whose record was stored: after it
  std::optional<StoreFailure> failure;
  bool changes_state() const {
    return kind == Kind::record || kind == Kind::mark || kind == Kind::erase;
  }
  bool is_decision() const { return kind == Kind::record || kind == Kind::refusal; }
  // Of a decision: there is nothing to write.
  bool is_settled() const { return repeated || erased || taken || failure.has_value(); }
  // Called once it is over, on the queue's thread, or on the one that started it when it is refused
  // there. The task may end with it. Quick; must not throw.
  std::function<void()> finished;
};

// Keeps a notice, and says so in the log where it is new.
WriteTask notice_task(Zone zone, const std::string& id, const std::string& canonical_json);

class WriteQueue {
 public:
  // `commit` runs on the queue's own thread, with up to kBatchMax tasks in the order they came, or
  // none when `patience` has passed without one; it must not throw.
  using Commit = std::function<void(std::span<WriteTask* const> tasks)>;
  explicit WriteQueue(Commit commit, std::chrono::milliseconds patience = kPatience);
  ~WriteQueue() { close(); }
  WriteQueue(const WriteQueue&) = delete;
  WriteQueue& operator=(const WriteQueue&) = delete;

  // Writes what still waits; what is started from now on fails.
  void close();

  // Returns when the task's transaction has ended. A task over kWaitingMax fails at once.
  void run(WriteTask& task);
  // The same for who does not wait: `finished` is called then, until when the task must live.
  void start(WriteTask& task);

 private:
  void work();
  static void finish(WriteTask& task);

  static constexpr std::size_t kBatchMax = 512;
  static constexpr std::size_t kWaitingMax = 8192;
  static constexpr std::chrono::milliseconds kPatience{2000};
  Commit commit_;
  const std::chrono::milliseconds patience_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<WriteTask*> waiting_;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace consent::server
