#pragma once
// Reads a large file through after the start, on a thread of its own: whether SQLite finds the
// structure of every table whole. The service answers meanwhile.

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "failure_log.h"
#include "ledger/ledger.h"
#include "ledger/sqlite_connection.h"

namespace consent::server {

class FileCheck {
 public:
  // Begins at once. `report` takes what was found to be wrong; it may be empty.
  FileCheck(std::string path, ReportFailure report);
  // Ends early.
  ~FileCheck();
  FileCheck(const FileCheck&) = delete;
  FileCheck& operator=(const FileCheck&) = delete;

  bool is_running() const { return running_; }
  std::optional<StoreFailure> failure() const;

 private:
  void run();
  // Empty when all is well.
  std::string verdict();

  const std::string path_;
  const ReportFailure report_;
  mutable std::mutex mutex_;                // of what follows
  SqliteConnection* connection_ = nullptr;  // while it reads
  bool ending_ = false;
  std::optional<StoreFailure> failure_;
  std::atomic<bool> running_ = true;
  std::thread thread_;  // last: it uses the others
};

}  // namespace consent::server
