#pragma once
// A new key-encryption key for a zone: it wraps from then on, the data key of every subject is
// wrapped anew with it, and the one before is destroyed when it wraps nothing any more. In small
// transactions, also beside a running service, which follows (follow_rotation). What was
// interrupted is taken up where it ended by the next rotation, which then makes no further key.

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "ledger/change_log.h"
#include "ledger/zone_files.h"
#include "process/progress_line.h"

namespace consent::server {

struct Rotation {
  KekId kek = 0;                // wraps now
  bool resumed = false;         // an interrupted rotation was finished, no key was made
  std::uint64_t rewrapped = 0;  // data keys
  // That do not open: damaged. Where there is one, the old keys are kept.
  std::uint64_t damaged = 0;
  std::vector<KekId> gone;  // destroyed; of keys that are kept elsewhere: to be removed there
};

// Longer than any read of a subject takes: a service that has read a row before it was wrapped anew
// still needs the old key.
inline constexpr std::chrono::milliseconds kReadersPatience{500};

// `data_dir` must hold a ledger of this zone. Keys that are kept elsewhere must have been added to
// there; the new one has the highest number. Throws std::runtime_error with a message for the
// operator.
Rotation rotate_keys(const std::string& data_dir, Zone zone, const KeySource& source,
                     ChangeLog& log, const Progress& progress,
                     std::chrono::milliseconds readers_patience = kReadersPatience);

}  // namespace consent::server
