// A sweep reads only records that are old enough, and yet leaves nothing that is due: whatever
// happened before, a dry run says what the sweep then does, and a look at everything finds no more.

#include "rights/due_subjects.h"

#include <random>

#include "application.h"
#include "consent/decision.h"
#include "formats/uuid.h"
#include "ledger/sqlite_connection.h"
#include "rights/retention_sweep.h"
#include "rights/sweep_plan.h"
#include "support/catch.h"
#include "support/test_service.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;
using namespace std::chrono_literals;
using std::chrono::days;

namespace {

constexpr std::uint8_t kSubjects = 6;

class Life {
 public:
  explicit Life(std::uint64_t seed) : random_(seed) {}

  Ledger& ledger() { return service_.service().ledger; }
  FakeClock& clock() { return service_.clock(); }
  std::string file() { return zone_file_path(service_.data_dir(), Zone::eu); }
  static SubjectId id(std::uint8_t number) {
    SubjectId subject{};
    subject.fill(number);
    return subject;
  }

  void decide(std::uint8_t who, Choice choice) {
    Record record;
    record.time = clock().now();
    record.client_time = record.time;
    record.id = make_uuid_v7(record.time);
    record.event = make_uuid_v7(record.time);
    record.site = kSite;
    record.zone = Zone::eu;
    record.subject = id(who);
    record.layer = Layer::banner;
    record.regime = RegimeId::eu_gdpr;
    record.region = parse_region("DE");
    record.policy = 3;
    record.action = choice == Choice::granted ? Action::accept_all : Action::withdraw;
    record.choices.set(Purpose::analytics, choice);
    record.choices.set(Purpose::marketing, choice);
    record.expires_at = std::chrono::floor<std::chrono::seconds>(record.time) + kConsentLifetime;
    REQUIRE_FALSE(ledger().append(record).failure);
  }

  void live_a_while() {
    const auto who = static_cast<std::uint8_t>(1 + below(kSubjects));
    const TimePoint now = clock().now();
    switch (below(12)) {
      case 0:
        ledger().mark(kSite, id(who), RecordKind::restricted, now);
        break;
      case 1:
        ledger().mark(kSite, id(who), RecordKind::released, now);
        break;
      case 2:
        ledger().set_legal_hold(kSite, id(who), true, now);
        break;
      case 3:
        ledger().set_legal_hold(kSite, id(who), false, now);
        break;
      case 4:
        ledger().mark(kSite, id(who), RecordKind::objected, now);
        break;
      case 5:
        if (below(4) == 0) ledger().erase(kSite, id(who), ErasureCause::request, now);
        break;
      case 6:
      case 7:
        decide(who, Choice::denied);
        break;
      default:
        decide(who, Choice::granted);
    }
    // Also a clock that is set back.
    clock().advance(std::chrono::hours(24 * below(200)) + std::chrono::minutes(below(1440)));
    if (below(20) == 0) clock().advance(-days(below(400)));
  }

  SweepReport sweep(SweepMode mode) {
    const Service& all = service_.service();
    return sweep_retention({.site = service_.site(),
                            .clock = all.clock,
                            .ledger = all.ledger,
                            .sink = all.sink,
                            .program = program_version()},
                           mode, [] { return false; }, {});
  }

  // Subjects of whom a look at everything finds that something is due, and may go.
  int still_due() {
    int due = 0;
    const Retention& retention = service_.site().retention;
    const TimePoint now = clock().now();
    for (const SubjectSummary& one : ledger().subjects(Zone::eu, std::nullopt, 1000)) {
      if (one.legal_hold || one.state.hold == Hold::restricted) continue;
      const auto records = ledger().history(one.place).records;
      const bool whole = plan_sweep(one.state, false, retention, now) == SweepVerdict::destroy;
      if (whole || superseded_up_to(records, one.state, retention, now) != 0) ++due;
    }
    return due;
  }

 private:
  unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }

  TestService service_;
  std::mt19937_64 random_;
};

}  // namespace

TEST_CASE("Whatever happened, a dry run says what the sweep does, and nothing due is left") {
  std::uint64_t destroyed = 0;
  std::uint64_t superseded = 0;
  std::uint64_t frozen = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    Life life(seed);
    for (int step = 0; step < 40; ++step) {
      INFO("seed " << seed << ", step " << step);
      life.live_a_while();
      if (step % 4 != 3) continue;
      const ZoneSweep planned = life.sweep(SweepMode::dry_run).zones[0];
      const SweepReport report = life.sweep(SweepMode::destroy);
      const ZoneSweep& done = report.zones[0];
      CHECK(report.failure == "");
      CHECK(planned.subjects == done.subjects);
      CHECK(planned.destroyed == done.destroyed);
      CHECK(planned.renewed == done.renewed);
      CHECK(planned.superseded == done.superseded);
      CHECK(planned.frozen == done.frozen);
      CHECK(done.damaged + done.failed == 0);
      REQUIRE(life.still_due() == 0);
      destroyed += done.destroyed;
      superseded += done.superseded;
      frozen += done.frozen;
    }
  }
  CHECK(destroyed > 10);
  CHECK(superseded > 10);
  CHECK(frozen > 5);
}

TEST_CASE("Days whose records are all gone, and those that are young, are not read") {
  Life life(1);
  life.decide(1, Choice::denied);
  life.clock().advance(days(1));
  life.decide(2, Choice::denied);
  life.decide(3, Choice::denied);
  life.clock().advance(days(731));
  life.decide(4, Choice::denied);
  CHECK(life.sweep(SweepMode::destroy).zones[0].destroyed == 3);
  CHECK(life.sweep(SweepMode::destroy).zones[0].subjects == 0);
  std::vector<RecordDay> found = life.ledger().record_days(Zone::eu);
  REQUIRE(found.size() == 3);  // the third day has the tombstones, too
  CHECK(found[0].first == 1);
  CHECK(found[0].last == 1);
  CHECK(found[1].last == 3);
  CHECK(found[1].day == found[0].day + days(1));
  CHECK((found[0].emptied && found[1].emptied));
  CHECK_FALSE(found[2].emptied);
  CHECK(found[2].last == 7);
  SqliteConnection file(life.file(), SqliteConnection::Mode::read_only);
  CHECK(file.integer("SELECT count(*) FROM record_days WHERE emptied = 1") == 2);
}

TEST_CASE(
    "A grant is read again only when it can be due, though other records of its day are older") {
  Life life(1);
  const auto looked_at = [&] { return life.sweep(SweepMode::destroy).zones[0].subjects; };
  life.decide(1, Choice::granted);  // relied on for its life of 182 days
  life.decide(2, Choice::granted);
  life.decide(3, Choice::denied);
  life.clock().advance(days(100));
  life.decide(2, Choice::granted);  // from now on the first one is not
  life.clock().advance(days(731 - 100));
  CHECK(looked_at() == 3);  // the refusal is over, of the others it is not known
  CHECK(looked_at() == 0);
  life.clock().advance(days(99));
  CHECK(looked_at() == 0);
  life.clock().advance(days(2));
  CHECK(looked_at() == 2);  // the first grant of 2 was superseded two years ago
  CHECK(looked_at() == 0);
  life.clock().advance(days(80));
  CHECK(looked_at() == 0);
  life.clock().advance(days(2));
  CHECK(life.sweep(SweepMode::dry_run).zones[0].destroyed == 1);
  CHECK(looked_at() == 1);
  life.clock().advance(days(98));
  CHECK(looked_at() == 0);
  life.clock().advance(days(2));
  CHECK(life.sweep(SweepMode::destroy).zones[0].destroyed == 1);
  CHECK(life.still_due() == 0);
}

TEST_CASE("Who is held or restricted is looked at in each sweep until that ends") {
  Life life(1);
  life.decide(1, Choice::granted);
  life.decide(2, Choice::granted);
  life.clock().advance(days(731));
  CHECK(life.sweep(SweepMode::destroy).zones[0].subjects == 2);
  life.ledger().set_legal_hold(kSite, Life::id(1), true, life.clock().now());
  life.clock().advance(days(183));
  for (int sweep = 0; sweep < 2; ++sweep) {
    const ZoneSweep done = life.sweep(SweepMode::destroy).zones[0];
    CHECK(done.frozen == 1);
    CHECK(done.destroyed == (sweep == 0 ? 1U : 0U));
  }
  life.ledger().set_legal_hold(kSite, Life::id(1), false, life.clock().now());
  CHECK(life.sweep(SweepMode::destroy).zones[0].destroyed == 1);
}

TEST_CASE("A file that an earlier program swept is swept, and learns when its days count from") {
  Life life(1);
  life.decide(1, Choice::granted);
  life.clock().advance(days(731));
  {
    SqliteConnection file(life.file(), SqliteConnection::Mode::read_write);
    file.execute("DROP TABLE record_days");
    file.execute(
        "CREATE TABLE record_days (first INTEGER PRIMARY KEY, last INTEGER NOT NULL, "
        "day INTEGER NOT NULL, emptied INTEGER NOT NULL) STRICT");
  }
  CHECK(life.sweep(SweepMode::dry_run).zones[0].subjects == 1);
  {
    SqliteConnection file(life.file(), SqliteConnection::Mode::read_write);
    prepare_record_days(file);
    prepare_record_days(file);
  }
  CHECK(life.sweep(SweepMode::destroy).zones[0].subjects == 1);
  CHECK(life.sweep(SweepMode::destroy).zones[0].subjects == 0);
}

TEST_CASE("A clock that was far ahead for a while hides no record behind it") {
  Life life(1);
  life.clock().advance(days(9000));
  life.decide(1, Choice::denied);
  life.clock().advance(-days(9000));
  life.decide(2, Choice::denied);
  life.clock().advance(days(732));
  const ZoneSweep done = life.sweep(SweepMode::destroy).zones[0];
  CHECK(done.subjects == 1);
  CHECK(done.destroyed == 1);
}

TEST_CASE("Where the records cannot be gone through, every subject is looked at") {
  Life life(1);
  for (std::uint8_t who = 1; who <= 3; ++who) life.decide(who, Choice::denied);
  life.clock().advance(days(732));
  {
    SqliteConnection file(life.file(), SqliteConnection::Mode::read_write);
    file.execute("DROP TRIGGER records_are_never_changed; PRAGMA ignore_check_constraints = ON");
    file.execute("UPDATE records SET id = x'00' WHERE sequence = 2");
  }
  for (const SweepMode mode : {SweepMode::dry_run, SweepMode::destroy}) {
    const ZoneSweep done = life.sweep(mode).zones[0];
    CHECK(done.subjects == 3);
    CHECK(done.destroyed == 2);
    CHECK(done.damaged == 1);
  }
}
