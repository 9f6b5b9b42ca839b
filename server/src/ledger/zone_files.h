#pragma once
// What belongs to one zone on disk: its file and its keys.

#include <string>
#include <vector>

#include "keys/zone_keys.h"
#include "ledger/change_log.h"
#include "ledger/sqlite_connection.h"

namespace consent::server {

struct ZoneFiles {
  // Makes DIR/zones/<zone>/ with a new file and new keys where there are none. Throws
  // std::runtime_error with a message for the operator.
  ZoneFiles(const std::string& data_dir, Zone zone, const KeySource& from);

  Zone zone;
  std::string path;      // of ledger.sqlite
  std::string erasures;  // of erasures.txt
  ZoneKeys keys;
  KeySource::Kind source;
};

// In a transaction: refuses keys that are not the file's own, and enters those that are new to it,
// there and in the log, which may be null. Throws std::runtime_error.
void settle_keys(SqliteConnection& connection, const ZoneFiles& files, ChangeLog* log);
// A word on a key for the log: "lookup", "kek.2", "kek.1 destroyed", "kek.1 retired".
LogEntry key_entry(Zone zone, std::string word);

// The newest key-encryption key that the file knows and the oldest one, in this order.
extern const char* const kKeksInUse;
// Makes sure that the key in use is the newest one that the file knows, and forgets those that are
// gone: another process may have rotated. Throws std::runtime_error when the newest is missing.
void follow_rotation(SqliteStatement& keks_in_use, const ZoneKeys& keys);

}  // namespace consent::server
