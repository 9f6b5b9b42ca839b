#pragma once
// Where a zone's store tells of every change, inside the transaction that makes it: what the
// transparency log is built from.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "consent/log_leaf.h"
#include "ledger/record.h"

namespace consent::server {

using consent::LogKind;

class SqliteConnection;

struct LogEntry {
  LogKind kind = LogKind::record;
  Zone zone = Zone::eu;
  TimePoint time{};
  RecordId record{};          // of others than records: an id of its own, UUIDv7
  Sha256Digest commitment{};  // a record's or of counts; else of what `subject` names, or zeros
  Sha256Digest ciphertext_hash{};  // a record's, else zeros
  std::string subject;             // "sha256:<hex>" of a notice, "kek.2", a day; empty for records
};

// One a zone's writer; all calls come from the writer's thread. Whatever throws rolls the whole
// transaction back: nobody is told that it was stored.
class ChangeLog {
 public:
  virtual ~ChangeLog() = default;
  // A connection was opened, at start or after a failure: make and check the tables. Not in a
  // transaction. What is kept in memory must be read again: another process may have written.
  virtual void opened(SqliteConnection& connection) = 0;
  // In the transaction of the change.
  virtual void append(SqliteConnection& connection, const LogEntry& entry) = 0;
  // The transaction that began after the last call of this ended.
  virtual void ended(bool committed) = 0;
};

using MakeChangeLog = std::function<std::unique_ptr<ChangeLog>(Zone)>;

}  // namespace consent::server
