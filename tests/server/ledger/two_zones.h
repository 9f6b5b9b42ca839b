#pragma once
// A ledger of two zones, of which one can be made to refuse whatever is logged, and what its files
// say of the copies in them.

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "audit/ledger_audit.h"
#include "audit/tree_log.h"
#include "ledger/copy_rows.h"
#include "ledger/ledger.h"
#include "ledger/ledger_check.h"
#include "ledger/record_copies.h"
#include "sample_record.h"
#include "support/catch.h"
#include "support/temporary_directory.h"

namespace consent::testing {

using namespace consent::server;

inline constexpr CopyDirection kToUs{Zone::eu, Zone::us};
inline const Progress kUnwatched = [](std::uint64_t, std::uint64_t) {};

// A log that can be made to refuse: then the zone's transaction fails.
class RefusingLog final : public server::ChangeLog {
 public:
  RefusingLog(const std::string& directory, const std::atomic<bool>& refuses)
      : log_(directory), refuses_(refuses) {}
  void opened(SqliteConnection& connection) override { log_.opened(connection); }
  void append(SqliteConnection& connection, const LogEntry& entry) override {
    if (refuses_) throw std::runtime_error("the disk of this zone is gone");
    log_.append(connection, entry);
  }
  void ended(bool committed) override { log_.ended(committed); }

 private:
  TreeLog log_;
  const std::atomic<bool>& refuses_;
};

struct TwoZones {
  TemporaryDirectory directory;
  std::string data_dir = directory.path().string();
  std::atomic<bool> us_refuses = false;
  std::unique_ptr<Ledger> ledger = open();

  std::unique_ptr<Ledger> open(std::vector<Zone> zones = {Zone::eu, Zone::us}) {
    return open_sqlite_ledger({.data_dir = data_dir,
                               .zones = std::move(zones),
                               .change_log = [this](Zone zone) -> std::unique_ptr<ChangeLog> {
                                 const std::string of = zone_directory(data_dir, zone);
                                 if (zone == Zone::eu) return std::make_unique<TreeLog>(of);
                                 return std::make_unique<RefusingLog>(of, us_refuses);
                               }});
  }
  void reopen() {
    ledger.reset();
    ledger = open();
  }
  CopyStep copy(std::size_t limit = 256) {
    return ledger->copies().copy(kSite, kToUs, limit, grant(1).time);
  }
  void copy_all(std::size_t limit = 256) {
    CopyStep step;
    do {
      const std::uint64_t before = step.position;
      step = copy(limit);
      REQUIRE_FALSE(step.failure);
      REQUIRE((step.ended() || step.position > before));  // else it would never end
    } while (!step.ended());
  }
  // Until the last copy; how many were destroyed.
  std::uint64_t review_all(std::size_t limit = 256) {
    CopyReview review{.ended = false};
    std::uint64_t destroyed = 0;
    while (!review.ended) {
      const std::uint64_t before = review.after;
      review = ledger->copies().review(kToUs, before, limit, false, grant(1).time);
      REQUIRE_FALSE(review.failure);
      REQUIRE((review.ended || review.after > before));
      destroyed += review.destroyed;
    }
    return destroyed;
  }
  Erasure erase(std::uint8_t number) {
    return ledger->erase(kSite, subject(number), ErasureCause::request, grant(1).time);
  }
  std::int64_t number_of(Zone zone, const std::string& sql) const {
    return SqliteConnection(zone_file_path(data_dir, zone), SqliteConnection::Mode::read_only)
        .integer(sql);
  }
  std::int64_t copies() const { return number_of(Zone::us, "SELECT count(*) FROM copies"); }
  std::uint64_t held(std::uint8_t number) const {
    std::uint64_t copies = 0;
    for (const HeldCopies& one : ledger->copies().held(kSite, subject(number))) {
      copies += one.copies;
    }
    return copies;
  }
  // Opens every copy as the zone's own file has it.
  std::vector<Record> opened() {
    const ZoneKeys keys(Zone::us, zone_keys_directory(data_dir, Zone::us), {}, MissingKeys::refuse);
    SqliteConnection file(zone_file_path(data_dir, Zone::us), SqliteConnection::Mode::read_only);
    CopyRows rows(file, Zone::us, keys);
    std::vector<Record> records;
    for (const CopyRow& row : rows.behind(Zone::eu, 0, 10'000)) records.push_back(rows.open(row));
    return records;
  }
  std::string audit(Zone zone = Zone::us) const {
    return audit_ledger(zone_directory(data_dir, zone), {}, kUnwatched).failure;
  }
  LedgerCheck check(Zone zone = Zone::us) {
    const ZoneKeys keys(zone, zone_keys_directory(data_dir, zone), {}, MissingKeys::refuse);
    return check_ledger(zone_directory(data_dir, zone), zone, &keys, kUnwatched);
  }
  void fill(std::uint8_t subjects) const {
    for (std::uint8_t i = 1; i <= subjects; ++i) REQUIRE_FALSE(ledger->append(grant(i)).failure);
  }
};

}  // namespace consent::testing
