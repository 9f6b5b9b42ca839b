// Zones, rights, erasure and the change log of the ledger.

#include <thread>

#include "ledger/ledger.h"
#include "ledger/sqlite_connection.h"
#include "sample_record.h"
#include "support/catch.h"
#include "support/temporary_directory.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

std::unique_ptr<Ledger> open(const TemporaryDirectory& directory, std::vector<Zone> zones) {
  return open_sqlite_ledger({.data_dir = directory.path().string(), .zones = std::move(zones)});
}

std::unique_ptr<Ledger> open(const TemporaryDirectory& directory) {
  return open(directory, {Zone::eu, Zone::us});
}

Record american(std::uint8_t number) {
  Record record = grant(number);
  record.zone = Zone::us;
  return record;
}

std::filesystem::path keys_of(const TemporaryDirectory& directory) {
  return zone_keys_directory(directory.path().string(), Zone::eu);
}

}  // namespace

TEST_CASE("Each zone has a file and keys of its own, and holds its own subjects only") {
  const TemporaryDirectory directory;
  {
    const auto ledger = open(directory);
    REQUIRE_FALSE(ledger->append(grant(1)).failure);
    REQUIRE_FALSE(ledger->append(american(2)).failure);
    CHECK(ledger->state_of(kSite, subject(1)).zone == Zone::eu);
    CHECK(ledger->state_of(kSite, subject(2)).zone == Zone::us);
    CHECK(ledger->subjects(Zone::eu, {}, 10).size() == 1);
    CHECK(ledger->subjects(Zone::us, {}, 10).size() == 1);
  }
  const auto half = open(directory, {Zone::us});
  CHECK_FALSE(half->holds(Zone::eu));
  CHECK_FALSE(half->state_of(kSite, subject(1)).zone);
  CHECK(half->state_of(kSite, subject(2)).state.choices.any_granted());
  const Appended crossing = half->append(grant(3));
  REQUIRE(crossing.failure);
  CHECK_THAT(crossing.failure->detail, ContainsSubstring("zone eu is not held here"));
}

TEST_CASE("A ledger without its keys, or with others, is refused") {
  const TemporaryDirectory directory;
  { REQUIRE_FALSE(open(directory)->append(grant(1)).failure); }
  for (const char* name : {"lookup.key", "kek.1.key"}) {
    INFO(name);
    const auto path = keys_of(directory) / name;
    const auto aside = keys_of(directory) / "aside";
    std::filesystem::rename(path, aside);
    CHECK_THROWS_WITH(open(directory), ContainsSubstring("restore the keys"));
    directory.write(path.lexically_relative(directory.path()).string(), std::string(32, 'x'));
    std::filesystem::permissions(path, std::filesystem::perms(0600));
    CHECK_THROWS_WITH(open(directory), ContainsSubstring("is not the one"));
    std::filesystem::rename(aside, path);
  }
  CHECK(open(directory)->state_of(kSite, subject(1)).state.choices.any_granted());
}

TEST_CASE("A restriction stops everything until it is released, across a restart") {
  const TemporaryDirectory directory;
  {
    const auto ledger = open(directory);
    CHECK_FALSE(ledger->mark(kSite, subject(1), RecordKind::restricted, grant(1).time).found);
    REQUIRE_FALSE(ledger->append(grant(1)).failure);
    REQUIRE(ledger->state_of(kSite, subject(1)).state.hold == Hold::none);
    const Marked marked = ledger->mark(kSite, subject(1), RecordKind::restricted, grant(1).time);
    CHECK(marked.found);
    CHECK_FALSE(marked.failure);
    CHECK(ledger->state_of(kSite, subject(1)).state.hold == Hold::restricted);
    REQUIRE_FALSE(ledger->append(grant(1, 5s)).failure);
  }
  const auto ledger = open(directory);
  CHECK(ledger->state_of(kSite, subject(1)).state.hold == Hold::restricted);
  CHECK(ledger->erase(kSite, subject(1), ErasureCause::retention, grant(1).time).outcome ==
        Erasure::Outcome::frozen);
  REQUIRE(ledger->mark(kSite, subject(1), RecordKind::released, grant(1).time).found);
  CHECK(ledger->state_of(kSite, subject(1)).state.hold == Hold::none);
  CHECK(ledger->state_of(kSite, subject(1)).state.choices.any_granted());
  CHECK(ledger->history(kSite, subject(1)).records.size() == 4);
}

TEST_CASE("The stored state is the fold of the history") {
  const TemporaryDirectory directory;
  const auto ledger = open(directory);
  REQUIRE_FALSE(ledger->append(grant(1, 9s)).failure);
  REQUIRE_FALSE(ledger->append(withdrawal(1, 5s)).failure);
  Record objection = withdrawal(1, 6s);
  objection.kind = RecordKind::objected;
  REQUIRE_FALSE(ledger->append(objection).failure);
  REQUIRE(ledger->mark(kSite, subject(1), RecordKind::restricted, grant(1).time).found);
  REQUIRE_FALSE(ledger->append(grant(1, 1s)).failure);
  RecordState folded;
  for (const StoredRecord& one : ledger->history(kSite, subject(1)).records) {
    folded = apply(folded, one.record);
  }
  const RecordState stored = ledger->state_of(kSite, subject(1)).state;
  CHECK(stored.choices == folded.choices);
  CHECK(stored.action == folded.action);
  CHECK(stored.decided_at == folded.decided_at);
  CHECK(stored.denied_event_ms == folded.denied_event_ms);
  CHECK(stored.hold == folded.hold);
  CHECK(stored.region == folded.region);
}

TEST_CASE("A legal hold keeps what an erasure would destroy") {
  const TemporaryDirectory directory;
  const auto ledger = open(directory);
  REQUIRE_FALSE(ledger->append(grant(1)).failure);
  REQUIRE(ledger->set_legal_hold(kSite, subject(1), true, grant(1).time).found);
  CHECK(ledger->erase(kSite, subject(1), ErasureCause::request, grant(1).time).outcome ==
        Erasure::Outcome::frozen);
  CHECK(ledger->latest(kSite, subject(1)));
  REQUIRE(ledger->set_legal_hold(kSite, subject(1), false, grant(1).time).found);
  CHECK(ledger->erase(kSite, subject(1), ErasureCause::request, grant(1).time).outcome ==
        Erasure::Outcome::erased);
}

TEST_CASE("What was decided anew since it was looked at is not destroyed as over") {
  const TemporaryDirectory directory;
  const auto ledger = open(directory);
  REQUIRE_FALSE(ledger->append(grant(1)).failure);
  const auto seen = ledger->subjects(Zone::eu, std::nullopt, 9);
  REQUIRE(seen.size() == 1);
  REQUIRE_FALSE(ledger->append(grant(1, 5s)).failure);
  CHECK(ledger->erase_over(seen[0], grant(1).time).outcome == Erasure::Outcome::changed);
  CHECK(ledger->latest(kSite, subject(1)));
  const auto again = ledger->subjects(Zone::eu, std::nullopt, 9);
  CHECK(ledger->erase_over(again[0], grant(1).time).outcome == Erasure::Outcome::erased);
  CHECK(ledger->subjects(Zone::eu, std::nullopt, 9).empty());
}

TEST_CASE("An erasure leaves commitments, a tombstone, and nothing else") {
  const TemporaryDirectory directory;
  const auto ledger = open(directory);
  REQUIRE_FALSE(ledger->append(grant(1)).failure);
  REQUIRE_FALSE(ledger->append(grant(1, 5s)).failure);
  REQUIRE_FALSE(ledger->append(grant(2)).failure);
  const auto before = ledger->history(kSite, subject(1)).records;
  const Erasure erasure = ledger->erase(kSite, subject(1), ErasureCause::request, grant(1).time);
  REQUIRE(erasure.outcome == Erasure::Outcome::erased);
  CHECK(erasure.records.size() == 2);
  CHECK(erasure.kek == 1);
  CHECK(erasure.log_emptied);
  const auto wal = zone_file_path(directory.path().string(), Zone::eu) + "-wal";
  CHECK(std::filesystem::file_size(wal) == 0);

  CHECK(ledger->state_of(kSite, subject(1)).state.hold == Hold::erased);
  CHECK_FALSE(ledger->latest(kSite, subject(1)));
  CHECK_FALSE(ledger->find_event(before[0].record.event));
  const auto after = ledger->history(kSite, subject(1)).records;
  REQUIRE(after.size() == 3);
  for (std::size_t i = 0; i < before.size(); ++i) {
    CHECK(after[i].erased);
    CHECK(after[i].commitment == before[i].commitment);
    CHECK(after[i].ciphertext_hash == before[i].ciphertext_hash);
    CHECK_FALSE(after[i].record.choices.any_granted());
  }
  CHECK(after[2].record.kind == RecordKind::erased);
  CHECK(ledger->append(grant(1, 9s)).erased);
  CHECK(ledger->erase(kSite, subject(1), ErasureCause::request, grant(1).time).outcome ==
        Erasure::Outcome::not_found);
  CHECK(ledger->state_of(kSite, subject(2)).state.choices.any_granted());
}

TEST_CASE("A row moved to another subject, or altered, does not open: the others do") {
  const TemporaryDirectory directory;
  {
    const auto ledger = open(directory);
    for (std::uint8_t i = 1; i <= 3; ++i) REQUIRE_FALSE(ledger->append(grant(i)).failure);
  }
  SqliteConnection file(zone_file_path(directory.path().string(), Zone::eu),
                        SqliteConnection::Mode::read_write);
  file.execute(
      "UPDATE subjects SET state = (SELECT state FROM subjects ORDER BY hash LIMIT 1 OFFSET 1), "
      "wrapped_key = (SELECT wrapped_key FROM subjects ORDER BY hash LIMIT 1 OFFSET 1) WHERE hash "
      "= "
      "(SELECT min(hash) FROM subjects)");
  const auto ledger = open(directory);
  int damaged = 0;
  int sound = 0;
  for (std::uint8_t i = 1; i <= 3; ++i) {
    const auto read = ledger->state_of(kSite, subject(i));
    if (read.failure) ++damaged;
    if (!read.failure && read.state.choices.any_granted()) ++sound;
  }
  CHECK(damaged == 1);
  CHECK(sound == 2);
}

TEST_CASE("A restriction cannot be taken off by editing the file") {
  const TemporaryDirectory directory;
  {
    const auto ledger = open(directory);
    REQUIRE_FALSE(ledger->append(grant(1)).failure);
    REQUIRE(ledger->mark(kSite, subject(1), RecordKind::restricted, grant(1).time).found);
  }
  SqliteConnection(zone_file_path(directory.path().string(), Zone::eu),
                   SqliteConnection::Mode::read_write)
      .execute("UPDATE subjects SET hold = 0");
  CHECK(open(directory)->state_of(kSite, subject(1)).failure);
}

TEST_CASE("Records cannot be changed or removed by SQL either") {
  const TemporaryDirectory directory;
  const auto ledger = open(directory);
  REQUIRE_FALSE(ledger->append(grant(1)).failure);
  SqliteConnection file(zone_file_path(directory.path().string(), Zone::eu),
                        SqliteConnection::Mode::read_write);
  CHECK_THROWS_AS(file.execute("DELETE FROM records"), SqliteError);
  CHECK_THROWS_AS(file.execute("UPDATE records SET kind = 1"), SqliteError);
  CHECK_THROWS_AS(file.execute("UPDATE records SET payload = x'00'"), SqliteError);
}

TEST_CASE("Every change is told inside its transaction, and one that is refused stores nothing") {
  struct Told {
    std::vector<LogEntry> entries;
    bool refuse = false;
    int committed = 0;
    int rolled_back = 0;
  };
  struct Log final : ChangeLog {
    explicit Log(Told& out) : told(out) {}
    void opened(SqliteConnection&) override {}
    void append(SqliteConnection&, const LogEntry& entry) override {
      if (told.refuse) throw std::runtime_error("the log is full");
      told.entries.push_back(entry);
    }
    void ended(bool committed) override { ++(committed ? told.committed : told.rolled_back); }
    Told& told;
  };
  const TemporaryDirectory directory;
  Told told;
  const auto ledger = open_sqlite_ledger(
      {.data_dir = directory.path().string(), .zones = {Zone::eu}, .change_log = [&](Zone) {
         return std::make_unique<Log>(told);
       }});
  CHECK(told.entries.size() == 2);  // the lookup key and the first key-encryption key
  const Record record = grant(1);
  REQUIRE_FALSE(ledger->append(record).failure);
  REQUIRE_FALSE(ledger->append(record).failure);
  REQUIRE(told.entries.size() == 3);
  CHECK(told.entries[2].kind == LogKind::record);
  CHECK(told.entries[2].record == record.id);
  CHECK(told.entries[2].commitment == ledger->history(kSite, subject(1)).records[0].commitment);
  told.refuse = true;
  CHECK(ledger->append(grant(2)).failure);
  CHECK(told.rolled_back == 1);
  told.refuse = false;
  CHECK_FALSE(ledger->state_of(kSite, subject(2)).zone);
  REQUIRE_FALSE(ledger->append(grant(2)).failure);
  REQUIRE(ledger->erase(kSite, subject(1), ErasureCause::request, record.time).outcome ==
          Erasure::Outcome::erased);
  CHECK(told.entries.back().kind == LogKind::erased);
  REQUIRE_FALSE(ledger->log({.kind = LogKind::policy, .time = record.time, .subject = "policy.3"}));
  CHECK(told.entries.back().subject == "policy.3");
}

TEST_CASE("Served notices are counted, and written with what comes next") {
  const TemporaryDirectory directory;
  const Serving german{.day = std::chrono::floor<std::chrono::days>(grant(1).time),
                       .site = kSite,
                       .regime = RegimeId::eu_gdpr,
                       .language = "de",
                       .layer = Layer::banner};
  {
    const auto ledger = open(directory);
    for (int i = 0; i < 5; ++i) ledger->count_serving(Zone::eu, german);
    REQUIRE_FALSE(ledger->probe());
    for (int i = 0; i < 2; ++i) ledger->count_serving(Zone::eu, german);
  }
  SqliteConnection file(zone_file_path(directory.path().string(), Zone::eu),
                        SqliteConnection::Mode::read_write);
  CHECK(file.integer("SELECT count FROM servings WHERE language = 'de' AND layer = 1") == 7);
}

TEST_CASE("An event that comes to two zones at once is stored in one of them") {
  const TemporaryDirectory directory;
  const auto ledger = open(directory);
  constexpr int kEvents = 60;
  int stored = 0;
  int repeated = 0;
  for (int i = 0; i < kEvents; ++i) {
    Record european = grant(1);
    Record other = american(2);
    other.event = european.event;
    Appended first;
    std::thread elsewhere([&] { first = ledger->append(european); });
    const Appended second = ledger->append(other);
    elsewhere.join();
    REQUIRE_FALSE(first.failure);
    REQUIRE_FALSE(second.failure);
    stored += !first.repeated + !second.repeated;
    repeated += first.repeated + second.repeated;
    CHECK(first.record.id == second.record.id);
    CHECK(ledger->append(european).repeated);
    CHECK(ledger->append(other).repeated);
  }
  CHECK(stored == kEvents);
  CHECK(repeated == kEvents);
  std::int64_t rows = 0;
  for (const Zone zone : {Zone::eu, Zone::us}) {
    rows += SqliteConnection(zone_file_path(directory.path().string(), zone),
                             SqliteConnection::Mode::read_only)
                .integer("SELECT count(*) FROM records");
  }
  CHECK(rows == kEvents);
}

TEST_CASE("An event that was erased in one zone is not stored in another") {
  const TemporaryDirectory directory;
  const auto ledger = open(directory);
  const Record european = grant(1);
  REQUIRE_FALSE(ledger->append(european).failure);
  REQUIRE(ledger->erase(kSite, subject(1), ErasureCause::request, european.time).outcome ==
          Erasure::Outcome::erased);
  Record other = american(2);
  other.event = european.event;
  CHECK(ledger->append(other).erased);
  CHECK_FALSE(ledger->state_of(kSite, subject(2)).zone);
}

TEST_CASE("A refusal that comes to two zones at once is counted in one of them") {
  const TemporaryDirectory directory;
  const auto ledger = open(directory);
  int counted = 0;
  for (int i = 0; i < 30; ++i) {
    const Record european = refusal();
    Record other = european;
    other.zone = Zone::us;
    Appended first;
    std::thread elsewhere([&] { first = ledger->count_refusal(european); });
    const Appended second = ledger->count_refusal(other);
    elsewhere.join();
    counted += !first.repeated + !second.repeated;
  }
  CHECK(counted == 30);
}
