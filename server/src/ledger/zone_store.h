#pragma once
// One zone: its file, its keys, its writer and its readers.

#include <memory>
#include <optional>
#include <string>

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
  // Throws std::runtime_error with a message for the operator. `cache` and `refusals` are shared by
  // all zones and outlive this.
  ZoneStore(const LedgerOptions& options, Zone zone, StateCache& cache, RecentRefusals& refusals);

  Zone zone() const { return files_.zone; }
  const std::string& path() const { return files_.path; }
  const ZoneKeys& keys() const { return files_.keys; }
  SqliteReaders& readers() { return readers_; }
  const FileCheck& file_check() const { return *check_; }
  void count_serving(const Serving& serving) { servings_.add(serving); }
  // What is stored of the record's event; empty when nothing is. Throws like SqliteReaders.
  std::optional<Appended> known(const Record& record, bool first);
  // Returns when the task is durable or has failed.
  void run(WriteTask& task) { queue_.run(task); }
  // Calls `task.finished` then.
  void start(WriteTask& task) { queue_.start(task); }

 private:
  void suspect(const std::exception& error);
  void commit(std::span<WriteTask* const> tasks);

  ZoneFiles files_;
  ServingCounts servings_;
  std::unique_ptr<ChangeLog> log_;
  const bool small_;
  std::unique_ptr<SqliteWriter> writer_;  // null: only for reading
  SqliteReaders readers_;
  std::unique_ptr<FileCheck> check_;  // none while the others are opened
  WriteQueue queue_;                  // last: its thread uses the others
};

}  // namespace consent::server
