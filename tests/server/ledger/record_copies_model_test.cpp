// Whatever is done in whatever order, and wherever the two zones are torn apart: in the end there
// is a copy of each record that is kept, and not one more.

#include <algorithm>
#include <map>
#include <random>

#include "ledger/record_copies.h"
#include "rights/sweep_plan.h"
#include "support/catch.h"
#include "two_zones.h"

using namespace consent;
using namespace consent::testing;

namespace {

constexpr std::uint8_t kSubjects = 30;

class Run {
 public:
  explicit Run(std::uint64_t seed) : random_(seed) {}

  void step() {
    const int what = pick(100);
    if (what < 45) {
      append();
    } else if (what < 60) {
      copy();
    } else if (what < 68) {
      erase();
    } else if (what < 74) {
      erase_superseded();
    } else if (what < 78) {
      there_.ledger->mark(kSite, subject(any()),
                          pick(2) == 0 ? RecordKind::restricted : RecordKind::released, now());
    } else if (what < 82) {
      there_.ledger->set_legal_hold(kSite, subject(any()), pick(2) == 0, now());
    } else if (what < 88) {
      there_.us_refuses = pick(3) == 0;
    } else if (what < 92) {
      is_on_ = pick(3) != 0;
    } else if (what < 96) {
      review();
    } else if (what < 98) {
      restart();
    } else {
      erase_while_the_other_is_away();
    }
  }

  // Makes good what is left, as a service does that runs on.
  void settle() {
    there_.us_refuses = false;
    there_.reopen();
    there_.review_all(3);
    there_.copy_all(5);
  }

  void check() {
    std::map<std::uint64_t, Record> kept;
    for (const StateChange& change : there_.ledger->changes(Zone::eu, 0, 100'000)) {
      if (change.record && change.record->site == kSite) kept[change.sequence] = *change.record;
    }
    const std::vector<Record> copies = there_.opened();
    CHECK(copies.size() == kept.size());
    for (const Record& copy : copies) {
      REQUIRE(kept.contains(copy.sequence));
      CHECK(kept[copy.sequence].id == copy.id);
      CHECK(kept[copy.sequence].subject == copy.subject);
      CHECK(kept[copy.sequence].choices == copy.choices);
    }
    CHECK(there_.number_of(Zone::us, "SELECT count(*) FROM copied_subjects") ==
          there_.number_of(Zone::us, "SELECT count(DISTINCT subject) FROM copies"));
    CHECK(there_.number_of(Zone::eu, "SELECT count(*) FROM copies") == 0);
    CHECK(there_.number_of(Zone::us, "SELECT count(*) FROM records") == americans_);
    for (const Zone zone : {Zone::eu, Zone::us}) {
      CHECK(there_.audit(zone) == "");
      CHECK(there_.check(zone).failure == "");  // each state is the fold of its own records
    }
  }

  std::uint64_t torn() const { return torn_; }
  std::uint64_t copied() const { return copied_; }
  std::uint64_t superseded() const { return superseded_; }

 private:
  int pick(int below) { return std::uniform_int_distribution(0, below - 1)(random_); }
  std::uint8_t any() { return static_cast<std::uint8_t>(1 + pick(kSubjects)); }
  TimePoint now() const { return grant(1, std::chrono::seconds(time_)).time; }

  void append() {
    ++time_;
    const auto later = std::chrono::seconds(time_);
    Record record = pick(3) == 0 ? withdrawal(any(), later) : grant(any(), later);
    const int of = pick(10);
    if (of == 0) record.site = "another.example";
    if (of == 1) {
      record.zone = Zone::us;
      record.subject = subject(200);
    }
    const Appended appended = there_.ledger->append(record);
    const bool refused = of == 1 && there_.us_refuses;
    CHECK(appended.failure.has_value() == refused);
    if (of == 1 && !refused) ++americans_;
  }

  void copy() {
    if (!is_on_) return;
    const CopyStep step = there_.copy(static_cast<std::size_t>(1 + pick(6)));
    if (!there_.us_refuses) CHECK_FALSE(step.failure);
    copied_ += step.copied;
  }

  void erase() {
    const Erasure erasure = there_.erase(any());
    if (erasure.copies_left) ++torn_;
    CHECK((there_.us_refuses || !erasure.copies_left));
  }

  // As a sweep does, long after: never what the state needs.
  void erase_superseded() {
    auto all = there_.ledger->subjects(Zone::eu, {}, 100);
    if (all.empty()) return;
    std::sort(all.begin(), all.end(),
              [](const auto& a, const auto& b) { return a.newest < b.newest; });
    const SubjectSummary& one = all[static_cast<std::size_t>(pick(static_cast<int>(all.size())))];
    const Ledger::History history = there_.ledger->history(one.place);
    const TimePoint later = now() + std::chrono::hours(24 * 365 * 9);
    const std::uint64_t up_to = superseded_up_to(history.records, one.state, Retention{}, later);
    if (up_to == 0) return;
    const Erasure erasure = there_.ledger->erase_superseded(one, up_to);
    if (erasure.outcome == Erasure::Outcome::erased) ++superseded_;
    if (erasure.copies_left) ++torn_;
  }

  void review() {
    there_.ledger->copies().review(kToUs, static_cast<std::uint64_t>(pick(20)), 7, pick(2) == 0,
                                   now());
  }

  void restart() {
    there_.us_refuses = false;
    there_.reopen();
  }

  // As a crash does that comes between the two zones' transactions.
  void erase_while_the_other_is_away() {
    there_.us_refuses = false;
    there_.ledger.reset();
    there_.ledger = there_.open({Zone::eu});
    there_.erase(any());
    ++torn_;
    there_.reopen();
  }

  TwoZones there_;
  std::mt19937_64 random_;
  bool is_on_ = true;
  int time_ = 0;
  std::int64_t americans_ = 0;
  std::uint64_t torn_ = 0;
  std::uint64_t copied_ = 0;
  std::uint64_t superseded_ = 0;
};

}  // namespace

TEST_CASE("There is a copy of each record that is kept, and not one more") {
  std::uint64_t torn = 0;
  std::uint64_t copied = 0;
  std::uint64_t superseded = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    INFO("seed " << seed);
    Run run(seed);
    for (int i = 0; i < 150; ++i) run.step();
    run.settle();
    run.check();
    torn += run.torn();
    copied += run.copied();
    superseded += run.superseded();
  }
  CHECK(torn >= 6);
  CHECK(copied >= 100);
  CHECK(superseded >= 6);
}
