#pragma once
// Copies over the zones' files. The two zones of a copy have no transaction in common: what lies
// between them is made good by the order of things. A copy and the position it moves are one
// transaction; an erasure destroys first the original, which ends in its zone, then the copies;
// what it could not destroy any more is found by the next review.

#include <atomic>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <vector>

#include "ledger/copy_writer.h"
#include "ledger/record_copies.h"
#include "ledger/zone_stores.h"

namespace consent::server {

class SqliteCopies final : public RecordCopies {
 public:
  // `stores` is the ledger's, and outlives this. Where a zone is an older one than what was copied
  // from it, copying begins again behind its end. Throws std::runtime_error.
  SqliteCopies(const ZoneStores& stores, bool read_only);

  CopyStep copy(const std::string& site, CopyDirection direction, std::size_t limit,
                TimePoint now) override;
  CopyReview review(CopyDirection direction, std::uint64_t after, std::size_t limit, bool dry_run,
                    TimePoint now) override;
  std::vector<HeldCopies> held(const std::string& site, const SubjectId& subject) override;

  // For the length of an erasure: what was read to be copied before it is written before it.
  using ErasurePass = std::shared_lock<std::shared_mutex>;
  ErasurePass begin_erasure() { return ErasurePass(copying_); }
  // After the original's: destroys the copies of what is erased of this subject.
  void finish_erasure(const SubjectPlace& place, ErasureCause cause, Erasure& erasure);

 private:
  struct Reviewed;
  void open(ZoneStore& to, bool read_only);
  void begin_behind_end(ZoneStore& to, Zone source);
  CopyStep read(ZoneStore& from, const std::string& site, std::size_t limit, CopyStep step,
                CopyWork& work);
  // What the records cite is retrievable where their copies are. Throws std::runtime_error.
  void keep_notices(ZoneStore& from, ZoneStore& to, const CopyWork& work);
  Reviewed look(ZoneStore& from, ZoneStore& to, std::uint64_t after, std::size_t limit);
  void destroy_in(ZoneStore& to, const SubjectPlace& place, ErasureCause cause, Erasure& erasure);

  const ZoneStores& stores_;
  std::shared_mutex copying_;
  std::atomic<bool> any_{false};   // a zone may hold copies; else nobody waits for it
  std::set<std::string> notices_;  // that the zone which is copied to holds, too; while copying_
  std::optional<Zone> notices_in_;
};

}  // namespace consent::server
