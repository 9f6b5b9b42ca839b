// A disk that refuses: every write fails with a reason that can be acted on, reading goes on, and
// nothing has to be done when the cause is gone.

#include "audit/ledger_audit.h"
#include "audit/tree_log.h"
#include "ledger/ledger.h"
#include "ledger/ledger_check.h"
#include "sample_record.h"
#include "support/catch.h"
#include "support/fault_disk.h"
#include "support/temporary_directory.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

const Progress kUnwatched = [](std::uint64_t, std::uint64_t) {};

struct OnFaultyDisk {
  FaultDisk disk;
  TemporaryDirectory directory;
  std::string data_dir = directory.path().string();
  std::string zone = zone_directory(data_dir, Zone::eu);
  std::unique_ptr<Ledger> ledger = open();

  std::unique_ptr<Ledger> open() const {
    return open_sqlite_ledger(
        {.data_dir = data_dir, .zones = {Zone::eu}, .change_log = [zone = zone](Zone) {
           return std::make_unique<TreeLog>(zone);
         }});
  }
  void check_whole(std::uint64_t records) {
    ledger.reset();
    const ZoneKeys keys(Zone::eu, zone + "/keys", {}, MissingKeys::refuse);
    const LedgerCheck found = check_ledger(zone, Zone::eu, &keys, kUnwatched);
    CHECK(found.failure == "");
    CHECK(found.records == records);
  }
};

void check_refused_and_recovered(FaultDisk::Fault fault, const std::string& reason) {
  OnFaultyDisk there;
  Ledger& ledger = *there.ledger;
  REQUIRE_FALSE(ledger.append(grant(1)).failure);
  const Record refused = grant(2);
  there.disk.set(fault);
  for (int i = 0; i < 3; ++i) {
    const Appended done = ledger.append(refused);
    REQUIRE(done.failure);
    CHECK_THAT(done.failure->detail, ContainsSubstring(reason));
    CHECK_THAT(done.failure->detail, ContainsSubstring(there.zone + "/ledger.sqlite"));
  }
  CHECK(ledger.mark(kSite, subject(1), RecordKind::restricted, grant(1).time).failure);
  CHECK(ledger.count_refusal(refusal()).failure);
  REQUIRE(ledger.probe());
  CHECK_THAT(ledger.probe()->detail, ContainsSubstring(reason));
  CHECK(ledger.state_of(kSite, subject(1)).state.recorded());
  CHECK(ledger.state_of(kSite, subject(1)).state.hold == Hold::none);
  CHECK(ledger.history(kSite, subject(1)).records.size() == 1);
  there.disk.set(FaultDisk::Fault::none);
  CHECK_FALSE(ledger.probe());
  const Appended again = ledger.append(refused);
  CHECK_FALSE(again.failure);
  CHECK(ledger.history(kSite, subject(2)).records.size() == 1);
  CHECK(ledger.append(refused).repeated);
  there.check_whole(2);
}

}  // namespace

TEST_CASE("A sync that fails acknowledges nothing") {
  check_refused_and_recovered(FaultDisk::Fault::sync, "disk I/O error");
}

TEST_CASE("A write that fails acknowledges nothing") {
  check_refused_and_recovered(FaultDisk::Fault::write, "disk I/O error");
}

TEST_CASE("A full disk says so, and what to do") {
  check_refused_and_recovered(FaultDisk::Fault::full, "free some space, nothing else is needed");
}

TEST_CASE("A disk that became read-only says so, and what to do") {
  check_refused_and_recovered(FaultDisk::Fault::read_only, "make both writable for this user");
}

TEST_CASE("A page that does not read answers nothing as allowed, and comes back") {
  OnFaultyDisk there;
  REQUIRE_FALSE(there.ledger->append(grant(1)).failure);
  there.ledger.reset();  // everything is in the database's file now
  there.ledger = there.open();
  there.disk.set(FaultDisk::Fault::read);
  const auto read = there.ledger->state_of(kSite, subject(1));
  CHECK(read.failure);
  CHECK_FALSE(read.state.recorded());
  CHECK(there.ledger->history(kSite, subject(1)).failure);
  there.disk.set(FaultDisk::Fault::none);
  CHECK(there.ledger->state_of(kSite, subject(1)).state.recorded());
  CHECK_FALSE(there.ledger->append(grant(2)).failure);
  there.check_whole(2);
}

TEST_CASE("A torn page is never taken for a record, and what is whole is answered again") {
  OnFaultyDisk there;
  for (std::uint8_t number = 1; number <= 20; ++number) {
    REQUIRE_FALSE(there.ledger->append(grant(number)).failure);
  }
  there.ledger.reset();
  there.ledger = there.open();
  there.disk.tear_reads(true);
  for (std::uint8_t number = 1; number <= 20; ++number) {
    INFO(int(number));
    const auto read = there.ledger->state_of(kSite, subject(number));
    CHECK((read.failure || !read.state.recorded()));
    CHECK_FALSE(read.state.recorded());
  }

  there.disk.tear_reads(false);
  for (std::uint8_t number = 1; number <= 20; ++number) {
    CHECK(there.ledger->state_of(kSite, subject(number)).state.recorded());
  }
  CHECK_FALSE(there.ledger->append(grant(21)).failure);
  there.check_whole(21);
}

TEST_CASE("While syncs fail nothing of an erasure is answered, and later it is whole") {
  OnFaultyDisk there;
  REQUIRE_FALSE(there.ledger->append(grant(1)).failure);
  there.disk.set(FaultDisk::Fault::sync);
  const Erasure failed =
      there.ledger->erase(kSite, subject(1), ErasureCause::request, grant(1).time);
  CHECK(failed.outcome == Erasure::Outcome::failed);
  CHECK(failed.failure);
  there.disk.set(FaultDisk::Fault::none);
  const Erasure done = there.ledger->erase(kSite, subject(1), ErasureCause::request, grant(1).time);
  CHECK(done.outcome == Erasure::Outcome::erased);
  CHECK(done.log_emptied);
  CHECK(there.ledger->state_of(kSite, subject(1)).state.hold == Hold::erased);
  there.check_whole(0);
}
