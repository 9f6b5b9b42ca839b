#pragma once
// Connections that only read, one for every thread that reads at the moment.

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "ledger/record.h"
#include "ledger/sqlite_connection.h"

namespace consent::server {

// Each call throws SqliteError when the file cannot be read; the connection is then dropped, the
// next call opens a new one. Thread-safe.
class SqliteReaders {
 public:
  // Opens one connection at once and keeps it: the log's index stays in memory, so that reading
  // goes on when a full disk has closed the writer.
  explicit SqliteReaders(std::string path);
  ~SqliteReaders();

  RecordState fold_subject(const std::string& site, const SubjectId& subject);
  std::optional<Record> newest_of(const std::string& site, const SubjectId& subject);
  std::optional<Record> find_event(const EventId& event);
  std::optional<std::string> find_notice(const std::string& id);

 private:
  struct Session;
  std::unique_ptr<Session> take();
  void give_back(std::unique_ptr<Session> session);

  const std::string path_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Session>> idle_;
};

}  // namespace consent::server
