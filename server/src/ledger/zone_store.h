#pragma once
// One zone: its file, its keys, its writer and its readers.

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ledger/file_check.h"
#include "ledger/ledger.h"
#include "ledger/serving_counts.h"
#include "ledger/sqlite_readers.h"
#include "ledger/sqlite_writer.h"
#include "ledger/write_queue.h"
#include "ledger/zone_files.h"

namespace consent::server {

class ZoneStore {
 public:
  // Settles those of decisions that the other zones know of. On the writer's thread.
  using LookElsewhere = std::function<void(const ZoneStore& own, std::span<WriteTask* const>)>;
  // Throws std::runtime_error with a message for the operator. `cache` and `refusals` are shared by
  // all zones and outlive this.
  ZoneStore(const LedgerOptions& options, Zone zone, StateCache& cache, RecentRefusals& refusals,
            LookElsewhere look_elsewhere);

  Zone zone() const { return files_.zone; }
  const std::string& path() const { return files_.path; }
  const ZoneKeys& keys() const { return files_.keys; }
  SqliteReaders& readers() { return readers_; }
  const FileCheck& file_check() const { return *check_; }
  void count_serving(const Serving& serving) { servings_.add(serving); }
  // Settles the decisions of other zones whose event is stored here, or, where it must be new,
  // whose subject; all that cannot be looked up fail.
  void look_up(std::span<WriteTask* const> tasks);
  // Returns when the task is durable or has failed.
  void run(WriteTask& task) { queue_.run(task); }
  // Calls `task.finished` then.
  void start(WriteTask& task) { queue_.start(task); }
  // Writes what still waits.
  void close() { queue_.close(); }

 private:
  void suspect(const std::exception& error);
  void commit(std::span<WriteTask* const> tasks);

  ZoneFiles files_;
  const LookElsewhere look_elsewhere_;
  std::vector<WriteTask*> unsettled_;
  ServingCounts servings_;
  std::unique_ptr<ChangeLog> log_;
  const bool small_;
  std::unique_ptr<SqliteWriter> writer_;  // null: only for reading
  SqliteReaders readers_;
  std::unique_ptr<FileCheck> check_;  // none while the others are opened
  WriteQueue queue_;                  // last: its thread uses the others
};

}  // namespace consent::server
