#pragma once
// Connections that only read a zone's file, one for every thread that reads at the moment.

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "ledger/record.h"
#include "ledger/stored_rows.h"
#include "ledger/zone_files.h"

namespace consent::server {

// Each call throws SqliteError when the file cannot be read, DamagedRecord when a row does not
// open; the connection is then dropped, the next call opens a new one. Thread-safe.
class SqliteReaders {
 public:
  // Opens one connection at once and keeps it: the log's index stays in memory, so that reading
  // goes on when a full disk has closed the writer.
  // `suspect` takes each failure to read, before it is thrown.
  using Suspect = std::function<void(const std::exception& error)>;
  SqliteReaders(const ZoneFiles& files, Suspect suspect);
  ~SqliteReaders();

  // Empty when there are no records.
  std::optional<RecordState> state_of(const LookupHash& subject);
  std::optional<Record> newest_decision(const LookupHash& subject);
  std::vector<StoredRecord> history(const LookupHash& subject);  // oldest first
  std::optional<Record> find_event(const EventId& event);        // empty when it is erased
  std::optional<std::string> find_notice(const std::string& id);
  // What `read` answers with over one connection, in one snapshot.
  void with_rows(const std::function<void(SqliteConnection&, StoredRows&)>& read);

 private:
  struct Session;
  std::unique_ptr<Session> take();
  void give_back(std::unique_ptr<Session> session);
  template <typename Read>
  auto reading(Read read);

  const ZoneFiles& files_;
  const Suspect suspect_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Session>> idle_;
};

}  // namespace consent::server
