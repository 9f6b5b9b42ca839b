#pragma once
// Copies in a zone whose originals in another one are gone: left by an erasure that did not come to
// its end. Nothing is looked at where the other zone is not held.

#include <cstdint>
#include <functional>

#include "ledger/ledger.h"

namespace consent::server {

struct OrphanedCopies {
  std::uint64_t destroyed = 0;  // in a dry run: would be
  bool ended = true;            // false: stopped in between
};

// `stop` is asked before each batch. Throws std::runtime_error when a file cannot be read or
// written.
OrphanedCopies destroy_orphaned_copies(Ledger& ledger, Zone zone, bool dry_run, TimePoint now,
                                       const std::function<bool()>& stop);

}  // namespace consent::server
