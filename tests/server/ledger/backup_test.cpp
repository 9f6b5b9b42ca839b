// A backup is one moment of a ledger, whoever writes meanwhile; what is restored from it is
// checked, and nobody comes back who was erased.

#include "ledger/backup.h"

#include <atomic>
#include <fstream>
#include <thread>

#include "audit/tree_log.h"
#include "keys/key_copies.h"
#include "ledger/erasure_list.h"
#include "ledger/key_rotation.h"
#include "ledger/ledger.h"
#include "ledger/ledger_check.h"
#include "sample_record.h"
#include "support/catch.h"
#include "support/temporary_directory.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

const Progress kUnwatched = [](std::uint64_t, std::uint64_t) {};
const ProgressOf kUnwatchedZone = [](Zone) { return kUnwatched; };
const TimePoint kLater = grant(1).time + std::chrono::hours(1);

// Directories of one test: the service's own, a backup, keys apart, and where it is restored to.
struct Places {
  TemporaryDirectory all;
  std::string data = (all.path() / "data").string();
  std::string backup = (all.path() / "backup").string();
  std::string keys = (all.path() / "keys").string();
  std::string restored = (all.path() / "restored").string();

  static std::string zone(const std::string& directory) {
    return zone_directory(directory, Zone::eu);
  }
  void back_up() const { make_backup(data, {Zone::eu}, backup, kUnwatchedZone); }
  std::vector<RestoredZone> restore(const std::string& erasures) const {
    return restore_backup(
        {.from = backup, .data_dir = restored, .keys = keys, .erasures = erasures, .source = {}},
        kUnwatchedZone);
  }
  std::string error_of_restoring(const std::string& erasures) const {
    try {
      restore(erasures);
    } catch (const std::exception& error) {
      return error.what();
    }
    return "";
  }
};

std::unique_ptr<Ledger> open_ledger(const std::string& data_dir) {
  return open_sqlite_ledger(
      {.data_dir = data_dir, .zones = {Zone::eu}, .change_log = [data_dir](Zone zone) {
         return std::make_unique<TreeLog>(zone_directory(data_dir, zone));
       }});
}

void fill(Ledger& ledger, std::uint8_t subjects) {
  for (std::uint8_t number = 1; number <= subjects; ++number) {
    REQUIRE_FALSE(ledger.append(grant(number)).failure);
  }
}

void erase(Ledger& ledger, std::uint8_t number) {
  REQUIRE(ledger.erase(kSite, subject(number), ErasureCause::request, kLater).outcome ==
          Erasure::Outcome::erased);
}

LedgerCheck check_with_keys(const std::string& data_dir) {
  const ZoneKeys keys(Zone::eu, zone_keys_directory(data_dir, Zone::eu), {}, MissingKeys::refuse);
  return check_ledger(zone_directory(data_dir, Zone::eu), Zone::eu, &keys, kUnwatched);
}

void execute(const std::string& data_dir, const std::string& sql) {
  SqliteConnection(zone_file_path(data_dir, Zone::eu), SqliteConnection::Mode::read_write)
      .execute(sql);
}

void flip_byte(const std::string& path, std::streamoff at) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(at);
  const char byte = static_cast<char>(file.get() ^ 1);
  file.seekp(at).put(byte);
}

}  // namespace

TEST_CASE("A backup made while others write has what was acknowledged before, and is whole") {
  const Places places;
  const auto ledger = open_ledger(places.data);
  fill(*ledger, 40);
  std::atomic<bool> done = false;
  std::atomic<int> written = 0;
  std::thread writer([&] {
    while (!done) written += !ledger->append(grant(41)).failure;
  });
  while (written < 20) std::this_thread::yield();
  const int before = written;
  const ProgressOf wait_for_another = [&](Zone) {  // so that the writer surely is at work
    while (written == before) std::this_thread::yield();
    return kUnwatched;
  };
  make_backup(places.data, {Zone::eu}, places.backup, wait_for_another);
  done = true;
  writer.join();
  const LedgerCheck found =
      check_ledger(Places::zone(places.backup), Zone::eu, nullptr, kUnwatched);
  CHECK(found.failure.empty());
  CHECK_FALSE(found.opened);
  CHECK(copy_keys(places.data, places.keys) == 2);
  const auto restored = places.restore("");
  REQUIRE(restored.size() == 1);
  CHECK(restored[0].subjects == 41);
  CHECK(restored[0].records >= static_cast<std::uint64_t>(40 + before));
  const auto copy = open_ledger(places.restored);
  for (std::uint8_t number = 1; number <= 41; ++number) {
    CHECK(copy->state_of(kSite, subject(number)).state.recorded());
  }
  CHECK_FALSE(copy->append(grant(42)).failure);
}

TEST_CASE("Who was erased after the backup is erased again when it is restored") {
  const Places places;
  {
    const auto ledger = open_ledger(places.data);
    fill(*ledger, 3);
    REQUIRE(ledger->set_legal_hold(kSite, subject(3), true, kLater).found);
    erase(*ledger, 1);
    places.back_up();
    copy_keys(places.data, places.keys);
    erase(*ledger, 2);
    REQUIRE(ledger->set_legal_hold(kSite, subject(3), false, kLater).found);
    erase(*ledger, 3);
    fill(*ledger, 5);  // of new subjects 4 and 5; the others stay erased
  }
  const auto restored = places.restore(places.data);
  CHECK(restored[0].erased_again == 2);
  CHECK(restored[0].subjects == 0);
  const auto ledger = open_ledger(places.restored);
  for (std::uint8_t number = 1; number <= 3; ++number) {
    CHECK(ledger->state_of(kSite, subject(number)).state.hold == Hold::erased);
    for (const StoredRecord& record : ledger->history(kSite, subject(number)).records) {
      CHECK(record.erased);
    }
  }
  CHECK_FALSE(ledger->state_of(kSite, subject(4)).state.recorded());
  CHECK(read_erasure_list(erasure_list_path(Places::zone(places.restored))).size() == 3);
}

TEST_CASE("A list of erasures that is older than the backup is refused") {
  const Places places;
  const TemporaryDirectory older;
  {
    const auto ledger = open_ledger(places.data);
    fill(*ledger, 2);
    std::filesystem::create_directories(Places::zone(older.path().string()));
    std::filesystem::copy_file(erasure_list_path(Places::zone(places.data)),
                               erasure_list_path(Places::zone(older.path().string())));
    erase(*ledger, 1);
  }
  places.back_up();
  copy_keys(places.data, places.keys);
  CHECK_THAT(places.error_of_restoring(older.path().string()), ContainsSubstring("is older than"));
  CHECK_THAT(places.error_of_restoring((older.path() / "nowhere").string()),
             ContainsSubstring("cannot read the list"));
  CHECK_FALSE(std::filesystem::exists(places.restored));
  CHECK_FALSE(std::filesystem::exists(places.restored + ".restoring"));
}

TEST_CASE("Once the key of its time is destroyed, nobody can read a backup") {
  const Places places;
  {
    const auto ledger = open_ledger(places.data);
    fill(*ledger, 2);
    places.back_up();
    erase(*ledger, 1);
  }
  TreeLog log(Places::zone(places.data));
  rotate_keys(places.data, Zone::eu, {}, log, kUnwatched);
  copy_keys(places.data, places.keys);
  CHECK_THAT(places.error_of_restoring(places.data), ContainsSubstring("nobody can read these"));
  CHECK_FALSE(std::filesystem::exists(places.restored));
  CHECK(check_with_keys(places.data).failure.empty());
}

TEST_CASE("A backup that was changed is not restored, with or without its sums") {
  const Places places;
  fill(*open_ledger(places.data), 2);
  places.back_up();
  copy_keys(places.data, places.keys);
  const std::string file = zone_file_path(places.backup, Zone::eu);
  flip_byte(file, 4096 * 2 - 5);
  CHECK_THAT(places.error_of_restoring(""),
             ContainsSubstring("is not the file that was backed up"));
  flip_byte(file, 4096 * 2 - 5);
  std::filesystem::remove(Places::zone(places.backup) + "/SHA256SUMS");
  execute(places.backup, "UPDATE subjects SET wrapped_key = zeroblob(60)");
  CHECK_THAT(places.error_of_restoring(""), ContainsSubstring("data key does not open"));
  CHECK_FALSE(std::filesystem::exists(places.restored));
}

TEST_CASE("Nothing is written over, and nothing half made is taken for whole") {
  const Places places;
  fill(*open_ledger(places.data), 1);
  places.back_up();
  CHECK_THROWS_WITH(places.back_up(), ContainsSubstring("is there already"));
  CHECK_THAT(places.error_of_restoring(""), ContainsSubstring(places.keys));
  copy_keys(places.data, places.keys);
  std::filesystem::create_directory(places.restored + ".restoring");
  CHECK_THAT(places.error_of_restoring(""), ContainsSubstring("remove it"));
  std::filesystem::remove(places.restored + ".restoring");
  places.restore("");
  CHECK_THAT(places.error_of_restoring(""), ContainsSubstring("is not empty"));
  CHECK_THROWS_WITH(restore_backup({.from = places.backup,
                                    .data_dir = places.restored + "2",
                                    .keys = "",
                                    .erasures = "",
                                    .source = {}},
                                   kUnwatchedZone),
                    ContainsSubstring("--keys-from"));
}

TEST_CASE("A check opens every record and follows every state") {
  const Places places;
  {
    const auto ledger = open_ledger(places.data);
    fill(*ledger, 3);
    REQUIRE_FALSE(ledger->append(withdrawal(2, std::chrono::seconds(5))).failure);
  }
  const LedgerCheck good = check_with_keys(places.data);
  CHECK(good.failure.empty());
  CHECK(good.opened);
  CHECK(good.subjects == 3);
  CHECK(good.records == 4);
  // The withdrawal is still there, and its state too; only the way to it is shorter.
  execute(places.data, "UPDATE subjects SET newest = newest - 2 WHERE newest = 4");
  CHECK_THAT(check_with_keys(places.data).failure, ContainsSubstring("does not follow"));
}

TEST_CASE("A damaged index is found by a check and named") {
  const Places places;
  fill(*open_ledger(places.data), 3);
  execute(places.data,
          "PRAGMA writable_schema = ON; CREATE TABLE copy (x); DROP TABLE copy;"
          "DROP TRIGGER records_are_never_removed; DELETE FROM records WHERE sequence = 1");
  CHECK_FALSE(check_with_keys(places.data).failure.empty());
}

TEST_CASE("The list of erasures outlives crashes in the middle of a line") {
  const TemporaryDirectory directory;
  const std::string path = erasure_list_path(directory.path().string());
  const ListedErasure one{LookupHash{1}, kLater};
  const ListedErasure two{LookupHash{2}, kLater};
  add_to_erasure_list(path, one);
  std::ofstream(path, std::ios::app) << "0200000000";
  CHECK(read_erasure_list(path) == std::vector{one});
  add_to_erasure_list(path, two);
  CHECK(read_erasure_list(path) == std::vector{one, two});
  std::ofstream(path, std::ios::app) << std::string(57, 'x') << '\n';
  CHECK_THROWS_WITH(read_erasure_list(path), ContainsSubstring("no erasure"));
}

TEST_CASE("A ledger that has lost its list makes it again") {
  const Places places;
  {
    const auto ledger = open_ledger(places.data);
    fill(*ledger, 2);
    erase(*ledger, 2);
  }
  const std::string path = erasure_list_path(Places::zone(places.data));
  const auto listed = read_erasure_list(path);
  REQUIRE(listed.size() == 1);
  std::filesystem::remove(path);
  open_ledger(places.data);
  REQUIRE(read_erasure_list(path).size() == 1);
  CHECK(read_erasure_list(path)[0].subject == listed[0].subject);
}

TEST_CASE("Copied keys are those that open what was stored, and no others") {
  const Places places;
  fill(*open_ledger(places.data), 1);
  const auto put = [&](const std::string& name, const std::string& content) {
    const auto path = std::filesystem::path(places.data) / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
  };
  put("keys/token.0.key", std::string(32, 't'));
  put("keys/api_keys.jsonl", "{}\n");
  put("keys/pseudonym/2026-11-25.eu.site.key", std::string(32, 'p'));
  put("zones/eu/log.key", std::string(32, 'l'));
  CHECK(copy_keys(places.data, places.keys) == 4);
  CHECK(copy_keys(places.data, places.keys) == 0);
  const std::filesystem::path to = places.keys;
  CHECK(std::filesystem::exists(to / "keys/token.0.key"));
  CHECK(std::filesystem::exists(to / "keys/api_keys.jsonl"));
  CHECK(std::filesystem::exists(to / "zones/eu/keys/lookup.key"));
  CHECK(std::filesystem::exists(to / "zones/eu/keys/kek.1.key"));
  CHECK_FALSE(std::filesystem::exists(to / "keys/pseudonym"));
  CHECK_FALSE(std::filesystem::exists(to / "zones/eu/log.key"));
  for (const auto& entry : std::filesystem::recursive_directory_iterator(to)) {
    CHECK((entry.status().permissions() & std::filesystem::perms(077)) ==
          std::filesystem::perms::none);
  }
  put("keys/token.0.key", std::string(32, 'T'));
  CHECK_THROWS_WITH(copy_keys(places.data, places.keys), ContainsSubstring("is another key"));
}
