#include "rights/orphaned_copies.h"

#include <stdexcept>

#include "ledger/record_copies.h"

namespace consent::server {
namespace {

constexpr std::size_t kCopiesAtOnce = 1024;

}  // namespace

OrphanedCopies destroy_orphaned_copies(Ledger& ledger, Zone zone, bool dry_run, TimePoint now,
                                       const std::function<bool()>& stop) {
  OrphanedCopies done;
  const CopyDirection direction{zone == Zone::eu ? Zone::us : Zone::eu, zone};
  CopyReview review{.ended = false};
  while (!review.ended) {
    done.ended = !stop();
    if (!done.ended) return done;
    review = ledger.copies().review(direction, review.after, kCopiesAtOnce, dry_run, now);
    if (review.failure) throw std::runtime_error(review.failure->detail);
    done.destroyed += review.destroyed;
  }
  return done;
}

}  // namespace consent::server
