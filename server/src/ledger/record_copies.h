#pragma once
// Copies of one zone's records in another zone: a second proof of them, under keys and in a log of
// that zone's own. A copy answers no check and is in no state, count or change; those belong to the
// zone of the record. It is there as long as the record is, and goes with it.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "clock.h"
#include "consent/ruleset.h"
#include "consent/token.h"
#include "ledger/copy_direction.h"
#include "ledger/erasure.h"

namespace consent::server {

struct CopyStep {
  std::uint64_t copied = 0;    // records, now
  std::uint64_t position = 0;  // everything up to this sequence is copied, of this site
  std::uint64_t newest = 0;    // sequence in the zone that is copied from
  std::optional<StoreFailure> failure = {};
  bool ended() const { return position >= newest; }
};

struct CopyReview {
  std::uint64_t looked_at = 0;
  std::uint64_t destroyed = 0;  // of them; in a dry run: would be
  std::uint64_t after = 0;      // the sequence to go on behind
  bool ended = true;
  bool log_emptied = true;  // the write-ahead log holds none of those destroyed
  std::optional<StoreFailure> failure = {};
};

// What is held of one subject.
struct HeldCopies {
  Zone zone = Zone::us;    // where the copies are
  Zone source = Zone::eu;  // where the records are
  std::uint64_t copies = 0;
  TimePoint since{};  // when the first of them was made
};

// Thread-safe. No copy is made while a subject is erased.
class RecordCopies {
 public:
  virtual ~RecordCopies() = default;
  // Copies the site's records that follow those copied before, out of at most `limit` of all sites.
  // Durable on return, with the position; each record once, whatever happens in between.
  virtual CopyStep copy(const std::string& site, CopyDirection direction, std::size_t limit,
                        TimePoint now) = 0;
  // Looks at `limit` copies at most, behind the sequence of an original, and destroys those whose
  // original is not there any more: what an erasure that was interrupted has left, and what a
  // restored zone does not have. Both zones must be held: else there is nothing to look at.
  virtual CopyReview review(CopyDirection direction, std::uint64_t after, std::size_t limit,
                            bool dry_run, TimePoint now) = 0;
  // In all held zones. Throws std::runtime_error when a file cannot be read.
  virtual std::vector<HeldCopies> held(const std::string& site, const SubjectId& subject) = 0;
};

}  // namespace consent::server
