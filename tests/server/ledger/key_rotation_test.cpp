// A zone's key-encryption key is replaced: beside a service, after interruptions, and so that the
// old one is destroyed only when nothing needs it.

#include "ledger/key_rotation.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "audit/ledger_audit.h"
#include "audit/tree_log.h"
#include "consent/base64url.h"
#include "ledger/directory_lock.h"
#include "ledger/ledger.h"
#include "sample_record.h"
#include "support/catch.h"
#include "support/temporary_directory.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

const Progress kUnwatched = [](std::uint64_t, std::uint64_t) {};

SubjectId numbered(std::uint32_t number) {
  SubjectId subject{};
  std::memcpy(subject.data(), &number, sizeof number);
  return subject;
}

std::unique_ptr<Ledger> open_ledger(const std::string& data_dir, const KeySource& keys = {}) {
  return open_sqlite_ledger({.data_dir = data_dir,
                             .zones = {Zone::eu},
                             .keys = keys,
                             .change_log = [data_dir](Zone zone) {
                               return std::make_unique<TreeLog>(zone_directory(data_dir, zone));
                             }});
}

// One transaction each 512, through threads that would otherwise wait for each other's sync.
void fill(const std::string& data_dir, std::uint32_t subjects) {
  const auto ledger = open_ledger(data_dir);
  std::vector<std::thread> writers;
  for (std::uint32_t writer = 0; writer < 32; ++writer) {
    writers.emplace_back([&, writer] {
      for (std::uint32_t i = writer; i < subjects; i += 32) {
        Record record = grant(1);
        record.subject = numbered(i);
        if (ledger->append(record).failure) std::abort();
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
}

Rotation rotate(const std::string& data_dir, const Progress& progress = kUnwatched,
                const KeySource& source = {}) {
  TreeLog log(zone_directory(data_dir, Zone::eu));
  return rotate_keys(data_dir, Zone::eu, source, log, progress);
}

std::string kek_file(const std::string& data_dir, int number) {
  return zone_keys_directory(data_dir, Zone::eu) + "/kek." + std::to_string(number) + ".key";
}

std::int64_t number_of(const std::string& data_dir, std::string_view sql) {
  return SqliteConnection(zone_file_path(data_dir, Zone::eu), SqliteConnection::Mode::read_only)
      .integer(sql);
}

std::vector<std::string> key_entries(const std::string& data_dir) {
  SqliteConnection file(zone_file_path(data_dir, Zone::eu), SqliteConnection::Mode::read_only);
  SqliteLogReader reader(file);
  std::vector<std::string> words;
  for (const std::string& entry : reader.entries(0, reader.size())) {
    const auto leaf =
        decode_leaf({reinterpret_cast<const std::uint8_t*>(entry.data()), entry.size()});
    if (leaf && leaf->kind == LogKind::key) words.emplace_back(leaf->detail);
  }
  return words;
}

void check_whole(const std::string& data_dir, std::uint32_t subjects) {
  const auto ledger = open_ledger(data_dir);
  std::uint32_t found = 0;
  for (std::uint32_t i = 0; i < subjects; ++i) {
    const auto history = ledger->history(kSite, numbered(i));
    found += !history.failure && history.records.size() == 1;
  }
  CHECK(found == subjects);
  CHECK(audit_ledger(zone_directory(data_dir, Zone::eu), {}, kUnwatched).failure.empty());
}

std::string key_text(char filler) { return std::string(42, filler) + "E"; }

std::string error_of_rotating(const std::string& data_dir, const KeySource& source = {}) {
  try {
    rotate(data_dir, kUnwatched, source);
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("A rotation wraps every data key anew, destroys the old key and is in the log") {
  const TemporaryDirectory directory;
  const std::string data_dir = directory.path().string();
  constexpr std::uint32_t kSubjects = 1300;
  fill(data_dir, kSubjects);
  {
    const auto ledger = open_ledger(data_dir);
    REQUIRE(ledger->erase(kSite, numbered(7), ErasureCause::request, grant(1).time).outcome ==
            Erasure::Outcome::erased);
  }
  std::uint64_t last = 0;
  std::uint64_t all = 0;
  const Rotation done = rotate(data_dir, [&](std::uint64_t at, std::uint64_t of) {
    CHECK(at >= last);
    last = at;
    all = of;
  });
  CHECK(last == all);
  CHECK(done.kek == 2);
  CHECK_FALSE(done.resumed);
  CHECK(done.rewrapped == kSubjects - 1);
  CHECK(done.gone == std::vector<KekId>{1});
  CHECK_FALSE(std::filesystem::exists(kek_file(data_dir, 1)));
  CHECK(std::filesystem::exists(kek_file(data_dir, 2)));
  CHECK(number_of(data_dir, "SELECT count(*) FROM subjects WHERE kek = 2") == kSubjects - 1);
  CHECK(key_entries(data_dir) ==
        std::vector<std::string>{"lookup", "kek.1", "kek.2", "kek.1 destroyed"});
  const Rotation again = rotate(data_dir);
  CHECK(again.kek == 3);
  CHECK(again.gone == std::vector<KekId>{2});
  const auto ledger = open_ledger(data_dir);
  CHECK(ledger->state_of(kSite, numbered(7)).state.hold == Hold::erased);
  CHECK(ledger->state_of(kSite, numbered(8)).state.recorded());
}

TEST_CASE("Beside a running ledger a rotation fails no read and no write") {
  const TemporaryDirectory directory;
  const std::string data_dir = directory.path().string();
  constexpr std::uint32_t kSubjects = 2000;
  fill(data_dir, kSubjects);
  const auto ledger = open_ledger(data_dir);
  std::atomic<bool> rotated = false;
  std::thread rotation([&] {
    for (int round = 0; round < 3; ++round) rotate(data_dir);
    rotated = true;
  });
  std::uint32_t written = 0;
  std::uint32_t read = 0;
  std::string failure;
  for (; !rotated || written < 50; ++written) {
    Record record = grant(1);
    record.subject = numbered(kSubjects + written);
    const Appended appended = ledger->append(record);
    if (appended.failure) failure = appended.failure->detail;
    const auto history = ledger->history(kSite, numbered(written % kSubjects));
    if (history.failure) failure = history.failure->detail;
    read += history.records.size() == 1;
  }
  rotation.join();
  CHECK(failure.empty());
  CHECK(read == written);
  CHECK(number_of(data_dir, "SELECT max(id) FROM keys") == 4);
  CHECK(number_of(data_dir, "SELECT count(*) FROM subjects WHERE kek < 4") == 0);
  CHECK(audit_ledger(zone_directory(data_dir, Zone::eu), {}, kUnwatched).failure.empty());
}

TEST_CASE("A rotation that was killed is taken up where it ended, and makes no further key") {
  const TemporaryDirectory directory;
  const std::string data_dir = directory.path().string();
  constexpr std::uint32_t kSubjects = 2600;
  fill(data_dir, kSubjects);
  for (int calls = 1; calls <= 3; ++calls) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      int left = calls;
      rotate(data_dir, [&](std::uint64_t, std::uint64_t) {
        if (--left == 0) kill(getpid(), SIGKILL);
      });
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));
    CHECK(std::filesystem::exists(kek_file(data_dir, 1)));
    CHECK(number_of(data_dir, "SELECT max(id) FROM keys") == 2);
  }
  const auto left = number_of(data_dir, "SELECT count(*) FROM subjects WHERE kek = 1");
  CHECK(left > 0);
  CHECK(left < kSubjects);
  check_whole(data_dir, kSubjects);
  const Rotation done = rotate(data_dir);
  CHECK(done.resumed);
  CHECK(done.kek == 2);
  CHECK(done.rewrapped == static_cast<std::uint64_t>(left));
  CHECK_FALSE(std::filesystem::exists(kek_file(data_dir, 1)));
  check_whole(data_dir, kSubjects);
}

TEST_CASE(
    "An old key that was destroyed before the ledger noted it is noted by the next rotation") {
  const TemporaryDirectory directory;
  const std::string data_dir = directory.path().string();
  fill(data_dir, 3);
  rotate(data_dir);
  SqliteConnection(zone_file_path(data_dir, Zone::eu), SqliteConnection::Mode::read_write)
      .execute("INSERT INTO keys (id, fingerprint) VALUES (1, zeroblob(16))");
  check_whole(data_dir, 3);
  const Rotation done = rotate(data_dir);
  CHECK(done.resumed);
  CHECK(done.kek == 2);
  CHECK(done.gone == std::vector<KekId>{1});
  check_whole(data_dir, 3);
}

TEST_CASE("A data key that does not open keeps the old key") {
  const TemporaryDirectory directory;
  const std::string data_dir = directory.path().string();
  fill(data_dir, 5);
  SqliteConnection(zone_file_path(data_dir, Zone::eu), SqliteConnection::Mode::read_write)
      .execute(
          "UPDATE subjects SET wrapped_key = zeroblob(60) WHERE hash = (SELECT min(hash) "
          "FROM subjects)");
  const Rotation done = rotate(data_dir);
  CHECK(done.damaged == 1);
  CHECK(done.rewrapped == 4);
  CHECK(done.gone.empty());
  CHECK(std::filesystem::exists(kek_file(data_dir, 1)));
  const Rotation again = rotate(data_dir);
  CHECK(again.resumed);
  CHECK(again.damaged == 1);
  CHECK(again.kek == 2);
}

TEST_CASE("Keys that are kept elsewhere: the new one is added there, the old one removed there") {
  const TemporaryDirectory directory;
  const std::string data_dir = directory.path().string();
  const KeySource source = parse_key_source("env:ROTATION_KEYS").value();
  const std::string first = "lookup=" + key_text('A') + " kek.1=" + key_text('B');
  const std::string both = first + " kek.2=" + key_text('C');
  setenv("ROTATION_KEYS", first.c_str(), 1);
  {
    const auto ledger = open_ledger(data_dir, source);
    REQUIRE_FALSE(ledger->append(grant(1)).failure);
  }
  CHECK_THAT(error_of_rotating(data_dir, source), ContainsSubstring("add kek.2=KEY"));
  setenv("ROTATION_KEYS", both.c_str(), 1);
  {
    const FileDescriptor running = lock_directory(data_dir);
    CHECK_THAT(error_of_rotating(data_dir, source), ContainsSubstring("start it again"));
  }
  const Rotation done = rotate(data_dir, kUnwatched, source);
  CHECK(done.kek == 2);
  CHECK(done.rewrapped == 1);
  CHECK(done.gone == std::vector<KekId>{1});
  CHECK(key_entries(data_dir).back() == "kek.1 retired");
  setenv("ROTATION_KEYS", first.c_str(), 1);
  CHECK_THROWS_WITH(open_ledger(data_dir, source), ContainsSubstring("key 2 is missing"));
  setenv("ROTATION_KEYS", ("lookup=" + key_text('A') + " kek.2=" + key_text('C')).c_str(), 1);
  CHECK(open_ledger(data_dir, source)->state_of(kSite, subject(1)).state.recorded());
}

TEST_CASE("Two rotations at once are refused") {
  const TemporaryDirectory directory;
  const std::string data_dir = directory.path().string();
  fill(data_dir, 1);
  const FileDescriptor other = try_lock(zone_directory(data_dir, Zone::eu) + "/rotation.lock");
  REQUIRE(other);
  CHECK_THAT(error_of_rotating(data_dir), ContainsSubstring("another rotation is running"));
}
