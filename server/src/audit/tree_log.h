#pragma once
// Makes every change of a zone's ledger a leaf of its transparency log, in the same transaction:
// what was acknowledged is also logged.

#include <optional>
#include <string>

#include "ledger/change_log.h"
#include "ledger/sqlite_log.h"

namespace consent::server {

class TreeLog final : public ChangeLog {
 public:
  // `directory` is where the zone's signer keeps the head it signed last. A tree that does not
  // begin with it is not written to: opened() throws std::runtime_error.
  explicit TreeLog(std::string directory) : directory_(std::move(directory)) {}

  void opened(SqliteConnection& connection) override;
  void append(SqliteConnection& connection, const LogEntry& entry) override;
  void ended(bool committed) override;

 private:
  std::string directory_;
  std::optional<SqliteLogWriter> writer_;  // none until the next append
  bool looked_ = false;                    // in this transaction, whether another process wrote
  std::int64_t version_ = 0;
};

// The leaf of an entry; its detail is the entry's `subject`, its content the hash of that. The
// detail is borrowed.
LogLeaf leaf_of(const LogEntry& entry);

// What a public entry of that detail is the hash of: of a notice the notice, else the detail.
Sha256Digest content_of(LogKind kind, std::string_view detail);

}  // namespace consent::server
