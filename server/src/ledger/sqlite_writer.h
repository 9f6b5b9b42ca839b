#pragma once
// The one connection that writes. After a failure it is closed, and opened anew with the next
// batch: so it recovers by itself when the cause is gone.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ledger/recent_refusals.h"
#include "ledger/sqlite_connection.h"
#include "ledger/state_cache.h"
#include "ledger/write_queue.h"

namespace consent::server {

class SqliteWriter {
 public:
  // Opens, checks and migrates the file. Throws std::runtime_error.
  SqliteWriter(std::string path, StateCache& cache, RecentRefusals& refusals);
  ~SqliteWriter();

  // One transaction for all tasks. Either all are durable, or all have a failure. Never throws.
  void commit(std::span<WriteTask* const> tasks);

 private:
  struct Session;
  Session& session();
  void write(std::span<WriteTask* const> tasks);
  void append(WriteTask& task);
  void count(WriteTask& task);
  void probe();

  const std::string path_;
  StateCache& cache_;
  RecentRefusals& refusals_;
  std::unique_ptr<Session> session_;    // null after a failure
  std::vector<const Record*> counted_;  // of the running transaction
};

// What went wrong, with what to do: for the log and /readyz.
std::string explain(const std::string& path, const std::exception& error);

}  // namespace consent::server
