// Copies of one zone's records in another: what they are, when they go, and what is left when the
// two zones' transactions are torn apart.

#include "ledger/record_copies.h"

#include <fstream>
#include <iterator>
#include <set>

#include "audit/ledger_audit.h"
#include "audit/tree_log.h"
#include "formats/hexadecimal.h"
#include "ledger/copy_rows.h"
#include "ledger/erasure_list.h"
#include "ledger/key_rotation.h"
#include "support/catch.h"
#include "support/waiting_ledger.h"
#include "two_zones.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("A copy is the record, sealed with keys of the other zone, and proven in its log") {
  TwoZones there;
  there.fill(3);
  REQUIRE_FALSE(there.ledger->append(withdrawal(2, 5s)).failure);
  REQUIRE(there.ledger->mark(kSite, subject(3), RecordKind::restricted, grant(1).time).found);
  CHECK(there.copies() == 0);
  const CopyStep step = there.copy();
  REQUIRE_FALSE(step.failure);
  CHECK(step.copied == 5);
  CHECK(step.position == 5);
  CHECK(step.ended());
  const std::vector<Record> copies = there.opened();
  REQUIRE(copies.size() == 5);
  for (const Record& copy : copies) {
    const auto history = there.ledger->history(kSite, *copy.subject).records;
    const auto original = std::find_if(history.begin(), history.end(), [&](const auto& one) {
      return one.record.sequence == copy.sequence;
    });
    REQUIRE(original != history.end());
    CHECK(copy.zone == Zone::eu);
    CHECK(copy.id == original->record.id);
    CHECK(copy.event == original->record.event);
    CHECK(copy.choices == original->record.choices);
    CHECK(copy.kind == original->record.kind);
    CHECK(copy.notice == original->record.notice);
  }
  CHECK(there.held(2) == 2);
  CHECK(there.held(9) == 0);
  const auto held = there.ledger->copies().held(kSite, subject(2));
  CHECK(held[0].zone == Zone::us);
  CHECK(held[0].source == Zone::eu);
  CHECK(held[0].since == grant(1).time);
  CHECK(there.audit() == "");
  CHECK(audit_ledger(zone_directory(there.data_dir, Zone::us), {}, kUnwatched).copies == 5);
  const LedgerCheck checked = there.check();
  CHECK(checked.failure == "");
  CHECK(checked.copies == 5);
  CHECK(checked.records == 0);
  CHECK(there.number_of(Zone::us,
                        "SELECT count(*) FROM log_entries WHERE "
                        "substr(entry, 1, 2) = x'010c' AND "
                        "CAST(substr(entry, 91) AS TEXT) LIKE 'eu _'") == 5);
}

TEST_CASE("A copy is in no state, no change, no count, and answers no question") {
  TwoZones there;
  there.fill(2);
  const Record first = grant(1, 1s);
  REQUIRE_FALSE(there.ledger->append(first).failure);
  there.copy_all();
  there.ledger.reset();
  const auto other = there.open({Zone::us});
  CHECK_FALSE(other->state_of(kSite, subject(1)).zone);
  CHECK(other->history(kSite, subject(1)).records.empty());
  CHECK(other->changes(Zone::us, 0, 10).empty());
  CHECK(other->subjects(Zone::us, {}, 10).empty());
  CHECK_FALSE(other->find_event(first.event));
  CHECK_FALSE(other->latest(kSite, subject(1)));
  CHECK(other->consent_counts(kSite, {}, Date(std::chrono::days(100'000))).empty());
  CHECK(other->copies().held(kSite, subject(1))[0].copies == 2);
}

TEST_CASE("Each record is copied once, in small steps, across restarts, and of this site alone") {
  TwoZones there;
  there.fill(9);
  Record foreign = grant(77);
  foreign.site = "another.example";
  REQUIRE_FALSE(there.ledger->append(foreign).failure);
  Record american = grant(78);
  american.zone = Zone::us;
  REQUIRE_FALSE(there.ledger->append(american).failure);
  there.copy(4);
  CHECK(there.copies() == 4);
  there.reopen();
  there.copy_all(4);
  CHECK(there.copies() == 9);
  CHECK(there.copy().copied == 0);
  there.fill(3);
  there.copy_all();
  CHECK(there.copies() == 12);
  // The other site's are copied when that site asks for it, from the first.
  REQUIRE_FALSE(there.ledger->copies().copy("another.example", kToUs, 256, foreign.time).failure);
  CHECK(there.copies() == 13);
  CHECK(there.check().failure == "");
  CHECK(there.audit() == "");
}

TEST_CASE("A copy that fails changes nothing, and the same records are copied later") {
  TwoZones there;
  there.fill(3);
  there.us_refuses = true;
  const CopyStep failed = there.copy();
  REQUIRE(failed.failure);
  CHECK_THAT(failed.failure->detail, ContainsSubstring("is gone"));
  CHECK(failed.copied == 0);
  CHECK(failed.position == 0);
  CHECK(there.copies() == 0);
  there.fill(1);  // the other zone goes on
  there.us_refuses = false;
  there.copy_all();
  CHECK(there.copies() == 4);
}

TEST_CASE("The notice that a record cites is kept where its copy is, and logged there") {
  TwoZones there;
  const std::string text = R"({"title":"We ask first"})";
  Record record = grant(1);
  record.notice = "sha256:" + sha256_hex(text);
  REQUIRE_FALSE(keep_notice(*there.ledger, Zone::eu, record.notice, text));
  REQUIRE_FALSE(there.ledger->append(record).failure);
  there.fill(2);
  there.copy_all(1);
  const std::string notices = "SELECT count(*) FROM notices WHERE canonical_json IS NOT NULL";
  CHECK(there.number_of(Zone::us, notices) == 1);
  CHECK(there.number_of(Zone::us,
                        "SELECT count(*) FROM log_entries WHERE substr(entry, 1, 2) = "
                        "x'0102'") == 1);
  CHECK(there.audit() == "");
  there.ledger.reset();
  CHECK(there.open({Zone::us})->find_notice(record.notice) == text);
}

TEST_CASE("A zone that is not held cannot be copied from or to") {
  TwoZones there;
  there.fill(1);
  there.ledger.reset();
  for (const Zone zone : {Zone::eu, Zone::us}) {
    const auto half = there.open({zone});
    const CopyStep step = half->copies().copy(kSite, kToUs, 256, grant(1).time);
    REQUIRE(step.failure);
    CHECK_THAT(step.failure->detail, ContainsSubstring("is not held here; see --zone"));
  }
}

TEST_CASE("An erasure destroys the copies in the other zone: key, bytes, and all but hashes") {
  TwoZones there;
  there.fill(3);
  REQUIRE_FALSE(there.ledger->append(grant(2, 5s)).failure);
  there.copy_all();
  SqliteConnection file(zone_file_path(there.data_dir, Zone::us),
                        SqliteConnection::Mode::read_only);
  const std::string payload = file.text(
      "SELECT payload FROM copies WHERE subject = (SELECT subject FROM copies WHERE sequence = 2)");
  const std::string key = file.text(
      "SELECT wrapped_key FROM copied_subjects WHERE hash = (SELECT subject FROM copies WHERE "
      "sequence = 2)");
  const Erasure erasure = there.erase(2);
  REQUIRE(erasure.outcome == Erasure::Outcome::erased);
  CHECK(erasure.records.size() == 2);
  CHECK_FALSE(erasure.copies_left);
  REQUIRE(erasure.copies.size() == 1);
  CHECK(erasure.copies[0].zone == Zone::us);
  CHECK(erasure.copies[0].destroyed == 2);
  CHECK(erasure.copies[0].keks == std::vector<KekId>{1});
  CHECK(there.held(2) == 0);
  CHECK(there.copies() == 2);
  CHECK(there.number_of(Zone::us, "SELECT count(*) FROM copied_subjects") == 2);
  CHECK(there.number_of(Zone::us,
                        "SELECT count(*) FROM log_entries WHERE substr(entry, 1, 2) = "
                        "x'010c' AND substr(entry, 27, 64) = zeroblob(64)") == 2);
  CHECK(there.audit() == "");
  CHECK(there.check().failure == "");
  there.ledger.reset();
  for (const char* suffix : {"", "-wal"}) {
    const std::string bytes = bytes_of(zone_file_path(there.data_dir, Zone::us) + suffix);
    CHECK(bytes.find(payload) == std::string::npos);
    CHECK(bytes.find(key) == std::string::npos);
  }
  CHECK(read_erasure_list(erasure_list_path(zone_directory(there.data_dir, Zone::us))).size() == 1);
}

TEST_CASE("Copies go with their original only: a hold or restriction keeps both") {
  TwoZones there;
  there.fill(2);
  there.copy_all();
  REQUIRE(there.ledger->set_legal_hold(kSite, subject(1), true, grant(1).time).found);
  CHECK(there.erase(1).outcome == Erasure::Outcome::frozen);
  REQUIRE(there.ledger->mark(kSite, subject(2), RecordKind::restricted, grant(1).time).found);
  const auto all = there.ledger->subjects(Zone::eu, {}, 9);
  for (const SubjectSummary& one : all) {
    CHECK(there.ledger->erase_over(one, grant(1).time).outcome == Erasure::Outcome::frozen);
  }
  CHECK(there.copies() == 2);
  CHECK(there.review_all() == 0);
}

TEST_CASE("Superseded payloads go in both zones, the subject and its newest copy stay") {
  TwoZones there;
  there.fill(1);
  REQUIRE_FALSE(there.ledger->append(grant(1, 5s)).failure);
  there.copy_all();
  const auto seen = there.ledger->subjects(Zone::eu, {}, 9);
  const Erasure erasure = there.ledger->erase_superseded(seen[0], 1);
  REQUIRE(erasure.outcome == Erasure::Outcome::erased);
  CHECK(erasure.copies[0].destroyed == 1);
  CHECK(erasure.copies[0].keks.empty());
  CHECK(there.held(1) == 1);
  CHECK(there.opened()[0].sequence == 2);
  CHECK(there.check().failure == "");
  CHECK(there.audit() == "");
  // Nothing of it is a subject that a restore erases again.
  CHECK(read_erasure_list(erasure_list_path(zone_directory(there.data_dir, Zone::us))).empty());
}

TEST_CASE("An erasure that ended in one zone only is finished by the same again") {
  TwoZones there;
  there.fill(2);
  there.copy_all();
  there.us_refuses = true;
  const Erasure torn = there.erase(1);
  CHECK(torn.outcome == Erasure::Outcome::erased);
  REQUIRE(torn.copies_left);
  CHECK_THAT(torn.copies_left->detail, ContainsSubstring("is gone"));
  CHECK(there.held(1) == 1);
  there.us_refuses = false;
  const Erasure again = there.erase(1);
  CHECK(again.outcome == Erasure::Outcome::not_found);
  CHECK_FALSE(again.copies_left);
  REQUIRE(again.copies.size() == 1);
  CHECK(again.copies[0].destroyed == 1);
  CHECK(there.held(1) == 0);
  CHECK(there.held(2) == 1);
}

TEST_CASE("An erasure that a crash tore apart is finished by the review after the next start") {
  TwoZones there;
  there.fill(3);
  REQUIRE_FALSE(there.ledger->append(grant(2, 5s)).failure);
  there.copy_all();
  {
    there.ledger.reset();
    const auto half = there.open({Zone::eu});  // as after a crash between the two transactions
    REQUIRE(half->erase(kSite, subject(1), ErasureCause::request, grant(1).time).outcome ==
            Erasure::Outcome::erased);
    for (const SubjectSummary& one : half->subjects(Zone::eu, {}, 9)) {
      if (one.newest == 4) half->erase_superseded(one, 2);
    }
  }
  there.ledger = there.open();
  CHECK(there.copies() == 4);
  const CopyReview counted = there.ledger->copies().review(kToUs, 0, 256, true, grant(1).time);
  CHECK(counted.destroyed == 2);
  CHECK(counted.looked_at == 4);
  CHECK(there.copies() == 4);
  CHECK(there.review_all(1) == 2);
  CHECK(there.copies() == 2);
  CHECK(there.held(1) == 0);
  CHECK(there.held(2) == 1);
  CHECK(there.review_all() == 0);
  there.copy_all();
  CHECK(there.copies() == 2);
  CHECK(there.audit() == "");
  CHECK(there.check().failure == "");
}

TEST_CASE("A zone that was restored from an older copy is copied anew from its end") {
  TwoZones there;
  there.fill(2);
  const auto file = zone_file_path(there.data_dir, Zone::eu);
  there.ledger.reset();
  std::filesystem::copy_file(file, file + ".old");
  there.ledger = there.open();
  there.fill(3);  // 3, 4 and 5
  there.copy_all();
  CHECK(there.copies() == 5);
  there.ledger.reset();
  std::filesystem::rename(file + ".old", file);
  there.ledger = there.open();
  for (std::uint8_t i = 10; i <= 14; ++i) {
    REQUIRE_FALSE(there.ledger->append(grant(i)).failure);  // other records of the same sequences
  }
  SECTION("copies of the lost records are destroyed by the review") {
    CHECK(there.review_all() == 3);
    there.copy_all();
  }
  SECTION("or when the new record is copied") { there.copy_all(); }
  SECTION("also when they are found late") {
    SqliteConnection(zone_file_path(there.data_dir, Zone::us), SqliteConnection::Mode::read_write)
        .execute("UPDATE copying SET position = 7");
    CHECK(there.review_all() == 3);
    there.copy_all();
  }
  CHECK(there.copies() == 7);
  std::set<RecordId> kept;
  for (const StateChange& change : there.ledger->changes(Zone::eu, 0, 100)) kept.insert(change.id);
  for (const Record& copy : there.opened()) CHECK(kept.contains(copy.id));
  CHECK(there.audit() == "");
  CHECK(there.check().failure == "");
}

TEST_CASE("A list of erasures reaches the copies that a restored zone brings back") {
  TwoZones there;
  there.fill(2);
  there.copy_all();
  const auto file = zone_file_path(there.data_dir, Zone::us);
  there.ledger.reset();
  std::filesystem::copy_file(file, file + ".old");
  there.ledger = there.open();
  REQUIRE(there.erase(1).outcome == Erasure::Outcome::erased);
  there.ledger.reset();
  std::filesystem::rename(file + ".old", file);
  const auto list = read_erasure_list(erasure_list_path(zone_directory(there.data_dir, Zone::us)));
  REQUIRE(list.size() == 1);
  there.ledger = there.open();
  CHECK(there.copies() == 2);
  const Erasure erasure = there.ledger->erase(SubjectPlace{Zone::us, list[0].subject},
                                              ErasureCause::restored, grant(1).time);
  CHECK(erasure.outcome == Erasure::Outcome::erased);
  CHECK(there.copies() == 1);
  CHECK(there.held(1) == 0);
  CHECK(there.audit() == "");
}

TEST_CASE("A rotation of keys wraps the copies' data keys anew") {
  TwoZones there;
  there.fill(3);
  there.copy_all();
  there.ledger.reset();
  TreeLog log(zone_directory(there.data_dir, Zone::us));
  const Rotation done = rotate_keys(there.data_dir, Zone::us, {}, log, kUnwatched, 0ms);
  CHECK(done.rewrapped == 3);
  CHECK(done.damaged == 0);
  CHECK(done.gone == std::vector<KekId>{1});
  CHECK(there.number_of(Zone::us, "SELECT count(*) FROM copied_subjects WHERE kek = 2") == 3);
  CHECK(there.opened().size() == 3);
}

TEST_CASE("An audit and a check name the first copy that is not what was committed to") {
  TwoZones there;
  there.fill(3);
  there.copy_all();
  there.ledger.reset();
  SqliteConnection file(zone_file_path(there.data_dir, Zone::us),
                        SqliteConnection::Mode::read_write);
  file.execute("DROP TRIGGER copies_are_never_changed");
  SECTION("changed") {
    file.execute("UPDATE copies SET payload = zeroblob(99) WHERE sequence = 2");
    CHECK_THAT(there.audit(), ContainsSubstring("the copy of record eu 2, "));
    CHECK_THAT(there.check().failure, ContainsSubstring("the copy of record eu 2, "));
  }
  SECTION("moved to another record") {
    file.execute("DELETE FROM copies WHERE sequence = 3");
    file.execute("UPDATE copies SET sequence = 3 WHERE sequence = 2");
    CHECK_THAT(there.audit(), ContainsSubstring("the copy of record eu 3, "));
  }
  SECTION("removed") {
    file.execute("DELETE FROM copies WHERE sequence = 2");
    CHECK_THAT(there.audit(), ContainsSubstring("copies were removed"));
  }
  SECTION("its key is another's") {
    file.execute(
        "UPDATE copied_subjects SET wrapped_key = (SELECT wrapped_key FROM copied_subjects ORDER "
        "BY hash LIMIT 1) WHERE hash = (SELECT max(hash) FROM copied_subjects)");
    CHECK(there.audit() == "");  // needs keys
    CHECK_THAT(there.check().failure, ContainsSubstring("does not open"));
  }
}

TEST_CASE("A record that does not open holds copying up until its subject is erased") {
  TwoZones there;
  there.fill(3);
  SqliteConnection(zone_file_path(there.data_dir, Zone::eu), SqliteConnection::Mode::read_write)
      .execute(
          "UPDATE subjects SET wrapped_key = zeroblob(60) WHERE hash = (SELECT subject FROM "
          "records WHERE sequence = 2)");
  const CopyStep step = there.copy();
  REQUIRE(step.failure);
  CHECK_THAT(step.failure->detail, ContainsSubstring("record 2, "));
  CHECK_THAT(step.failure->detail, ContainsSubstring("cannot be copied"));
  CHECK(there.copies() == 0);
  const auto seen = there.ledger->subjects(Zone::eu, {}, 9);
  for (const SubjectSummary& one : seen) {
    if (one.damaged) {
      CHECK(there.ledger->erase(one.place, ErasureCause::request, grant(1).time).outcome ==
            Erasure::Outcome::erased);
    }
  }
  there.copy_all();
  CHECK(there.copies() == 2);
}

TEST_CASE("A file of before there were copies is brought up to date, and read as it is") {
  TwoZones there;
  there.fill(1);
  there.ledger.reset();
  SqliteConnection file(zone_file_path(there.data_dir, Zone::us),
                        SqliteConnection::Mode::read_write);
  for (const char* table : {"copies", "copied_subjects", "copying"}) {
    file.execute(std::string("DROP TABLE ") + table);
  }
  file.execute("PRAGMA user_version = 5");
  CHECK(there.audit() == "");
  CHECK(there.check().failure == "");
  {
    const auto reading = open_sqlite_ledger({.data_dir = there.data_dir, .read_only = true});
    CHECK(reading->copies().held(kSite, subject(1)).empty());
  }
  there.ledger = there.open();
  there.copy_all();
  CHECK(there.copies() == 1);
}
