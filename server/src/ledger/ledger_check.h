#pragma once
// Everything that can be told of a zone's files, of a data directory or of a backup: whether they
// are what was copied, whether SQLite finds its own structure whole, whether log and records are as
// they were written, and, with the keys, whether every record opens and every state is the fold of
// its records.

#include <cstdint>
#include <string>

#include "consent/ruleset.h"
#include "keys/zone_keys.h"
#include "process/progress_line.h"

namespace consent::server {

struct LedgerCheck {
  std::uint64_t entries = 0;
  std::uint64_t subjects = 0;  // that are not erased
  std::uint64_t records = 0;   // opened; 0 without keys
  std::uint64_t copies = 0;    // of another zone's records, opened; 0 without keys
  bool opened = false;         // there were keys
  std::string failure;         // of the first thing that is wrong; empty: all is well
};

// `directory` is a zone's. `keys` may be null: then nothing is opened. Throws std::runtime_error
// when the file cannot be read at all.
LedgerCheck check_ledger(const std::string& directory, Zone zone, const ZoneKeys* keys,
                         const Progress& progress);

}  // namespace consent::server
