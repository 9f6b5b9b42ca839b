#pragma once
// The one connection that writes to a zone's file. After a failure it is closed, and opened anew
// with the next batch: so it recovers by itself when the cause is gone.

#include <functional>
#include <optional>
#include <span>
#include <string>

#include "ledger/change_log.h"
#include "ledger/recent_refusals.h"
#include "ledger/serving_counts.h"
#include "ledger/sqlite_connection.h"
#include "ledger/sqlite_schema.h"
#include "ledger/state_cache.h"
#include "ledger/write_queue.h"
#include "ledger/zone_files.h"

namespace consent::server {

class SqliteWriter {
 public:
  // Takes each failure of a transaction.
  using Suspect = std::function<void(const std::exception& error)>;
  // Opens, checks and migrates the file. `log` may be null. Throws std::runtime_error.
  SqliteWriter(const ZoneFiles& files, StateCache& cache, RecentRefusals& refusals,
               ServingCounts& servings, ChangeLog* log, IntegrityCheck check, Suspect suspect);
  ~SqliteWriter();

  // One transaction for all tasks, and for the servings counted so far. Either all are durable, or
  // all have a failure; a task whose own rows are damaged fails alone. Never throws.
  void commit(std::span<WriteTask* const> tasks);

 private:
  struct Session;
  Session& session();
  std::unique_ptr<Session> open(IntegrityCheck check) const;
  bool try_commit(std::span<WriteTask* const> tasks, bool may_divide);
  void write(std::span<WriteTask* const> tasks);
  void write_one(WriteTask& task);
  void erase(WriteTask& task);
  void copy(WriteTask& task);
  void count(WriteTask& task);
  void count_servings(const ServingCounts::Cells& cells);
  void keep_notice(const WriteTask& task);
  void probe();
  void forget_changed(std::span<WriteTask* const> tasks);
  void remember_refusals(std::span<WriteTask* const> tasks);
  void empty_log(std::span<WriteTask* const> tasks);

  const ZoneFiles& files_;
  StateCache& cache_;
  RecentRefusals& refusals_;
  ServingCounts& servings_;
  ChangeLog* const log_;
  const Suspect suspect_;
  std::unique_ptr<Session> session_;  // null after a failure
  bool log_holds_erased_ = false;     // the write-ahead log still has bytes that were erased
};

// What went wrong, with what to do: for the log and /readyz.
std::string explain(const std::string& path, const std::exception& error);

}  // namespace consent::server
