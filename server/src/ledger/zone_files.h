#pragma once
// What belongs to one zone on disk: its file and its keys.

#include <string>

#include "keys/zone_keys.h"
#include "ledger/sqlite_connection.h"

namespace consent::server {

struct ZoneFiles {
  // Makes DIR/zones/<zone>/ with a new file and new keys where there are none. Throws
  // std::runtime_error with a message for the operator.
  ZoneFiles(const std::string& data_dir, Zone zone, const KeySource& source);

  Zone zone;
  std::string path;  // of ledger.sqlite
  ZoneKeys keys;
};

// Refuses keys that are not the file's own, and enters those that are new to it; the ids of these,
// 0 for the lookup key. Throws std::runtime_error.
std::vector<KekId> settle_keys(SqliteConnection& connection, const ZoneKeys& keys);

// Makes sure that the key in use is the newest one that the file knows: another process may have
// added one.
void follow_rotation(SqliteStatement& newest_kek, const ZoneKeys& keys);

}  // namespace consent::server
