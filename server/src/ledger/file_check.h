#pragma once
// Reads a file through, on a thread of its own, while the service answers: whether SQLite finds the
// structure of every table whole. A large one after the start; each one when a page of it was found
// to be damaged, and from then on again and again, until it is whole.

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "ledger/ledger.h"
#include "ledger/sqlite_connection.h"
#include "telemetry/failure_log.h"

namespace consent::server {

class FileCheck {
 public:
  enum class Begin : std::uint8_t { at_once, when_suspected };
  // `report` takes what was found to be wrong; it may be empty.
  FileCheck(std::string path, ReportFailure report, Begin begin);
  // Ends early.
  ~FileCheck();
  FileCheck(const FileCheck&) = delete;
  FileCheck& operator=(const FileCheck&) = delete;

  // Reads it since the start.
  bool is_running() const { return running_; }
  // Somebody has found a page of it damaged: that is the failure, until it is known better.
  void suspect(std::string detail);
  std::optional<StoreFailure> failure() const;

 private:
  void run();
  void check();
  // Empty when all is well.
  std::string verdict();

  const std::string path_;
  const ReportFailure report_;
  mutable std::mutex mutex_;                // of what follows
  SqliteConnection* connection_ = nullptr;  // while it reads
  bool ending_ = false;
  bool is_due_;
  std::condition_variable changed_;
  std::optional<StoreFailure> failure_;
  std::atomic<bool> running_;
  std::thread thread_;  // last: it uses the others
};

}  // namespace consent::server
