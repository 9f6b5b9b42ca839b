// The first record of a subject: nobody can make a second first one.

#include <array>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "ledger/ledger.h"
#include "sample_record.h"
#include "support/catch.h"
#include "support/temporary_directory.h"
#include "support/waiting_ledger.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;

namespace {

std::unique_ptr<Ledger> open(const TemporaryDirectory& directory) {
  return open_sqlite_ledger({.data_dir = directory.path().string()});
}

Record of_zone(Zone zone, std::uint8_t number) {
  Record record = grant(number);
  record.zone = zone;
  return record;
}

bool is_in_memory(Ledger& ledger, std::uint8_t number) {
  const std::array<SubjectId, 1> subjects = {subject(number)};
  std::array<Ledger::StateRead, 1> states;
  return ledger.states_in_memory(kSite, subjects, states) && states[0].state.recorded();
}

}  // namespace

TEST_CASE("The first record of a subject is stored once, in whichever zone it comes again") {
  const TemporaryDirectory directory;
  const auto ledger = open(directory);
  const Record first = grant(1);
  const Appended stored = append_first(*ledger, first);
  CHECK_FALSE(stored.failure);
  CHECK_FALSE(stored.taken);
  CHECK(stored.state->choices == first.choices);
  for (const Zone zone : {Zone::eu, Zone::us}) {
    const Appended again = append_first(*ledger, of_zone(zone, 1));
    CHECK_FALSE(again.failure);
    CHECK(again.taken);
  }
  const Appended retried = append_first(*ledger, first);
  CHECK(retried.repeated);
  CHECK_FALSE(retried.taken);
  CHECK(ledger->history(kSite, subject(1)).records.size() == 1);
  CHECK(ledger->state_of(kSite, subject(1)).zone == Zone::eu);
}

TEST_CASE("A subject that was erased is not new") {
  const TemporaryDirectory directory;
  const auto ledger = open(directory);
  const Record first = grant(1);
  REQUIRE_FALSE(append_first(*ledger, first).failure);
  REQUIRE(ledger->erase(kSite, subject(1), ErasureCause::request, first.time).outcome ==
          Erasure::Outcome::erased);
  for (const Zone zone : {Zone::eu, Zone::us}) {
    CHECK(append_first(*ledger, of_zone(zone, 1)).taken);
  }
  CHECK(append_first(*ledger, first).erased);
  CHECK(ledger->state_of(kSite, subject(1)).state.hold == Hold::erased);
}

TEST_CASE("Of many that name the same new subject at once one is the first, while threads write") {
  const TemporaryDirectory directory;
  const auto ledger = open(directory);
  for (std::uint8_t number = 1; number <= 10; ++number) {
    std::atomic<int> stored{0};
    std::atomic<int> taken{0};
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        const Appended appended = append_first(*ledger, grant(number));
        ++(appended.taken ? taken : stored);
      });
    }
    threads.clear();
    CHECK(stored == 1);
    CHECK(taken == 7);
  }
}

TEST_CASE("What the write of a new subject knows, the first check finds in memory") {
  const TemporaryDirectory directory;
  const auto ledger = open(directory);
  REQUIRE_FALSE(ledger->append(grant(1)).failure);
  CHECK_FALSE(is_in_memory(*ledger, 1));
  REQUIRE_FALSE(append_first(*ledger, of_zone(Zone::us, 2)).failure);
  CHECK(is_in_memory(*ledger, 2));
  CHECK(ledger->state_of(kSite, subject(2)).zone == Zone::us);
  REQUIRE_FALSE(ledger->append(withdrawal(2)).failure);  // to the other zone: none can say now
  CHECK_FALSE(is_in_memory(*ledger, 2));
}
