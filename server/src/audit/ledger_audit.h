#pragma once
// Checks a whole zone offline: every leaf, the tree over them, what was signed, and that the ledger
// holds the records the log speaks of and no others. Needs no keys: it reads hashes, not records.

#include <cstdint>
#include <optional>
#include <string>

#include "audit/checkpoint.h"
#include "process/progress_line.h"

namespace consent::server {

struct AuditReport {
  TreeHead head;                // of everything read
  std::uint64_t records = 0;    // compared with their leaves
  std::uint64_t erased = 0;     // of them without a payload any more
  std::uint64_t copies = 0;     // of another zone's records, compared with their leaves
  std::uint64_t destroyed = 0;  // entries whose period is over: only their hashes were checked
  // Of the first thing that is wrong, naming the entry; empty: all is as it was written.
  std::string failure;
};

// `directory` holds ledger.sqlite, of a service or of a backup, and log.head where there is one.
// `kept` is a checkpoint somebody kept elsewhere. Throws std::runtime_error when the file cannot be
// read at all.
AuditReport audit_ledger(const std::string& directory, const std::optional<TreeHead>& kept,
                         const Progress& progress);

}  // namespace consent::server
