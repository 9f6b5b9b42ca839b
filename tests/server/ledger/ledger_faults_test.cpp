// What the ledger says and does when its directory, file or process fails it.

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <iterator>
#include <mutex>
#include <thread>

#include "ledger/envelope.h"
#include "ledger/ledger.h"
#include "ledger/sqlite_connection.h"
#include "sample_record.h"
#include "support/catch.h"
#include "support/temporary_directory.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr uid_t kNobody = 65534;
constexpr std::size_t kPageBytes = 4096;

std::filesystem::path zone_file(const TemporaryDirectory& directory) {
  return zone_file_path(directory.path().string(), Zone::eu);
}

// Within a minute.
bool comes_true(const std::function<bool()>& what) {
  for (int i = 0; i < 6000; ++i) {
    if (what()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

std::string error_of_opening(const std::string& data_dir) {
  try {
    open_sqlite_ledger({.data_dir = data_dir});
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

// Runs in a child, which may change what a process cannot take back; its text is returned.
std::string in_child(const std::function<std::string()>& work) {
  int pipe_ends[2];
  REQUIRE(pipe(pipe_ends) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const std::string text = work();
    const ssize_t written = write(pipe_ends[1], text.data(), text.size());
    _exit(written == static_cast<ssize_t>(text.size()) ? 0 : 1);
  }
  close(pipe_ends[1]);
  std::string text;
  char buffer[512];
  for (ssize_t size = 0; (size = read(pipe_ends[0], buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(size));
  }
  close(pipe_ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WIFEXITED(status));
  return text;
}

}  // namespace

TEST_CASE("A directory that cannot be written is refused with its name and the way out") {
  const TemporaryDirectory directory;
  chmod(directory.path().c_str(), 0555);
  const std::string error = in_child([&] {
    if (geteuid() == 0 && setuid(kNobody) != 0) return std::string("cannot drop privileges");
    return error_of_opening(directory.path().string());
  });
  chmod(directory.path().c_str(), 0700);
  CHECK_THAT(error, ContainsSubstring(directory.path().string()));
  CHECK_THAT(error, ContainsSubstring("must be writable"));
}

TEST_CASE("A file in place of the directory is refused") {
  const TemporaryDirectory directory;
  const std::string file = directory.write("file", "x");
  CHECK_THAT(error_of_opening(file), ContainsSubstring("must be writable"));
}

TEST_CASE("A file that is no database is refused and left alone") {
  const TemporaryDirectory directory;
  { const auto ledger = open_sqlite_ledger({.data_dir = directory.path().string()}); }
  std::ofstream(zone_file(directory), std::ios::binary) << std::string(4096, 'x');
  CHECK_THAT(error_of_opening(directory.path().string()), ContainsSubstring("this is no database"));
  CHECK(std::filesystem::file_size(zone_file(directory)) == 4096);
}

TEST_CASE("Another program's database is refused") {
  const TemporaryDirectory directory;
  { const auto ledger = open_sqlite_ledger({.data_dir = directory.path().string()}); }
  // Byte 68 of an SQLite file is its application id.
  std::fstream file(zone_file(directory), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(68).write("OTHR", 4);
  file.close();
  CHECK_THAT(error_of_opening(directory.path().string()), ContainsSubstring("another program's"));
}

TEST_CASE("A ledger of a newer version is refused") {
  const TemporaryDirectory directory;
  { const auto ledger = open_sqlite_ledger({.data_dir = directory.path().string()}); }
  std::fstream file(zone_file(directory), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(60).write("\0\0\0\x63", 4);
  file.close();
  CHECK_THAT(error_of_opening(directory.path().string()), ContainsSubstring("newer version"));
}

TEST_CASE("Every failure is reported, a read that only answers nothing too") {
  const TemporaryDirectory directory;
  std::vector<std::string> reports;
  const auto ledger = open_sqlite_ledger(
      {.data_dir = directory.path().string(),
       .zones = {Zone::eu},
       .report = [&](std::string_view detail) { reports.emplace_back(detail); }});
  REQUIRE_FALSE(ledger->append(grant(1)).failure);
  CHECK(reports.empty());
  SqliteConnection((zone_file(directory)).string(), SqliteConnection::Mode::read_write)
      .execute("DROP TABLE subjects");
  CHECK_FALSE(ledger->latest(kSite, subject(1)));
  CHECK(reports.size() == 1);
  CHECK(ledger->state_of(kSite, subject(1)).failure);
  CHECK(ledger->append(grant(2)).failure);
  REQUIRE(reports.size() == 3);
  for (const std::string& report : reports) {
    CHECK_THAT(report, ContainsSubstring((zone_file(directory)).string()));
  }
}

TEST_CASE("A damaged database is refused by the check at start") {
  const TemporaryDirectory directory;
  {
    const auto ledger = open_sqlite_ledger({.data_dir = directory.path().string()});
    for (std::uint8_t i = 1; i <= 40; ++i) REQUIRE_FALSE(ledger->append(grant(i)).failure);
  }
  const auto path = zone_file(directory);
  const auto size = std::filesystem::file_size(path);
  REQUIRE(size > 3 * 4096);
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  for (std::uintmax_t page = 4096; page < size; page += 4096) {
    file.seekp(static_cast<std::streamoff>(page)).write(std::string(64, '\xee').data(), 64);
  }
  file.close();
  CHECK_THAT(error_of_opening(directory.path().string()),
             ContainsSubstring("restore it from a backup"));
}

TEST_CASE("A second service on the same directory is refused") {
  const TemporaryDirectory directory;
  const auto first = open_sqlite_ledger({.data_dir = directory.path().string()});
  CHECK_THAT(error_of_opening(directory.path().string()),
             ContainsSubstring("in use by another consentd"));
}

TEST_CASE("The ledger's files are for its owner only") {
  const TemporaryDirectory directory;
  const auto ledger = open_sqlite_ledger({.data_dir = directory.path().string()});
  REQUIRE_FALSE(ledger->append(grant(1)).failure);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory.path())) {
    INFO(entry.path());
    CHECK((entry.status().permissions() & std::filesystem::perms(077)) ==
          std::filesystem::perms::none);
  }
}

TEST_CASE(
    "A disk that takes no more fails writes with a reason, and the ledger recovers by itself") {
  const TemporaryDirectory directory;
  const std::string report = in_child([&] {
    signal(SIGXFSZ, SIG_IGN);
    const auto ledger = open_sqlite_ledger({.data_dir = directory.path().string()});
    if (ledger->append(grant(1)).failure) return std::string("the first write failed");
    const rlimit tight{1024, RLIM_INFINITY};
    setrlimit(RLIMIT_FSIZE, &tight);
    const Appended full = ledger->append(grant(2));
    if (!full.failure) return std::string("a full disk took a write");
    if (full.failure->detail.empty() || !ledger->probe())
      return std::string("no reason, or a probe that lies");
    if (!ledger->state_of(kSite, subject(1)).state.recorded())
      return std::string("reading stopped");
    if (ledger->state_of(kSite, subject(2)).state.recorded())
      return std::string("half a write is there");
    const rlimit wide{RLIM_INFINITY, RLIM_INFINITY};
    setrlimit(RLIMIT_FSIZE, &wide);
    if (ledger->append(grant(2)).failure || ledger->probe())
      return std::string("it did not recover");
    return std::string("recovered");
  });
  CHECK(report == "recovered");
  const auto ledger = open_sqlite_ledger({.data_dir = directory.path().string()});
  CHECK(ledger->state_of(kSite, subject(1)).state.recorded());
  CHECK(ledger->state_of(kSite, subject(2)).state.recorded());
}

TEST_CASE("kill -9 loses no acknowledged record and doubles none") {
  const TemporaryDirectory directory;
  std::size_t acknowledged_in_all = 0;
  for (int round = 0; round < 5; ++round) {
    int pipe_ends[2];
    REQUIRE(pipe(pipe_ends) == 0);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      const auto ledger = open_sqlite_ledger({.data_dir = directory.path().string()});
      while (true) {
        const Record record = grant(7);
        if (ledger->append(record).failure) _exit(1);
        if (write(pipe_ends[1], record.event.data(), record.event.size()) != 16) _exit(1);
      }
    }
    close(pipe_ends[1]);
    std::vector<EventId> acknowledged;
    EventId event{};
    while (acknowledged.size() < static_cast<std::size_t>(20 + round) &&
           read(pipe_ends[0], event.data(), event.size()) == 16) {
      acknowledged.push_back(event);
    }
    kill(child, SIGKILL);
    while (read(pipe_ends[0], event.data(), event.size()) == 16) acknowledged.push_back(event);
    close(pipe_ends[0]);
    waitpid(child, nullptr, 0);

    const auto ledger = open_sqlite_ledger({.data_dir = directory.path().string()});
    for (const EventId& known : acknowledged) {
      CHECK(ledger->find_event(known));
      Record again = grant(7);
      again.event = known;
      CHECK(ledger->append(again).repeated);
    }
    acknowledged_in_all += acknowledged.size();
  }
  CHECK(acknowledged_in_all >= 100);
}

TEST_CASE("A page that is damaged while the service runs is named, and nobody else's") {
  const TemporaryDirectory directory;
  const auto open_one = [&] {  // nothing of it is in memory then
    return open_sqlite_ledger(
        {.data_dir = directory.path().string(), .zones = {Zone::eu}, .checked_at_start_max = 0});
  };
  constexpr std::uint8_t kSubjects = 200;  // on several pages
  {
    const auto ledger = open_one();
    for (std::uint8_t one = 0; one < kSubjects; ++one) {
      REQUIRE_FALSE(ledger->append(grant(one)).failure);
    }
  }
  const auto ledger = open_one();
  while (!ledger->zones_being_checked().empty()) std::this_thread::yield();
  const ZoneKeys keys(Zone::eu, zone_keys_directory(directory.path().string(), Zone::eu), {},
                      MissingKeys::refuse);
  std::fstream file(zone_file(directory), std::ios::in | std::ios::out | std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  // The leaf of an index that has most subjects: one of theirs, not of their records' events.
  const auto subjects_on = [&](std::size_t at) {
    const auto page = std::string_view(bytes).substr(at, kPageBytes);
    int count = 0;
    for (std::uint8_t one = 0; one < kSubjects; ++one) {
      const LookupHash hash = subject_hash(keys, kSite, subject(one));
      if (page.find({reinterpret_cast<const char*>(hash.data()), hash.size()}) != page.npos)
        ++count;
    }
    return bytes[at] == '\x0a' ? count : 0;
  };
  std::size_t damaged = 0;
  for (std::size_t at = 0; at < bytes.size(); at += kPageBytes) {
    if (subjects_on(at) > subjects_on(damaged)) damaged = at;
  }
  const auto put = [&](const std::string& what) {
    file.clear();
    file.seekp(static_cast<std::streamoff>(damaged)).write(what.data(), 64).flush();
  };
  put(std::string(64, '\xee'));

  CHECK_FALSE(ledger->probe());  // nobody has read it
  std::vector<std::uint8_t> there;
  std::vector<std::uint8_t> on_the_page;
  for (std::uint8_t one = 0; one < kSubjects; ++one) {
    const auto read = ledger->state_of(kSite, subject(one));
    CHECK(read.failure.has_value() != read.state.recorded());
    (read.failure ? on_the_page : there).push_back(one);
  }
  REQUIRE(on_the_page.size() > 1);
  REQUIRE(there.size() > kSubjects / 2);
  const auto failure = ledger->probe();
  REQUIRE(failure);
  CHECK_THAT(failure->detail, ContainsSubstring(zone_file(directory).string()));
  CHECK_THAT(failure->detail, ContainsSubstring("restore it from a backup"));
  const std::string page = "page " + std::to_string(damaged / kPageBytes + 1);
  const auto is_named = [&] {
    const auto now = ledger->probe();
    const std::string detail = now ? now->detail : "";
    return detail.find(page) != detail.npos || detail.find("Page " + page.substr(5)) != detail.npos;
  };
  INFO(ledger->probe().value_or(StoreFailure{}).detail);
  CHECK(comes_true(is_named));
  CHECK(ledger->append(withdrawal(on_the_page.front())).failure);
  CHECK_FALSE(ledger->append(withdrawal(there.front())).failure);
  CHECK(ledger->state_of(kSite, subject(there.front())).state.recorded());

  put(bytes.substr(damaged, 64));
  CHECK(comes_true([&] { return !ledger->probe(); }));
  for (const std::uint8_t one : on_the_page) {
    CHECK(ledger->state_of(kSite, subject(one)).state.recorded());
  }
  CHECK_FALSE(ledger->append(withdrawal(on_the_page.front(), std::chrono::seconds(1))).failure);
}

TEST_CASE("A large file is checked after the start, and what is damaged is named from then on") {
  const TemporaryDirectory directory;
  const std::string data_dir = directory.path().string();
  std::vector<std::string> reports;
  std::mutex mutex;
  const auto open_large = [&] {
    return open_sqlite_ledger({.data_dir = data_dir,
                               .zones = {Zone::eu},
                               .report =
                                   [&](std::string_view detail) {
                                     const std::lock_guard lock(mutex);
                                     reports.emplace_back(detail);
                                   },
                               .checked_at_start_max = 0});
  };
  std::int64_t page = 0;
  {
    const auto ledger = open_large();
    REQUIRE_FALSE(ledger->append(grant(1)).failure);
    while (!ledger->zones_being_checked().empty()) std::this_thread::yield();
    CHECK_FALSE(ledger->probe());
    page = SqliteConnection(zone_file(directory).string(), SqliteConnection::Mode::read_only)
               .integer("SELECT rootpage FROM sqlite_schema WHERE name = 'servings'");
  }
  std::fstream file(zone_file(directory), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp((page - 1) * 4096).write(std::string(64, '\xee').data(), 64);
  file.close();
  const auto ledger = open_large();
  while (!ledger->zones_being_checked().empty()) std::this_thread::yield();
  const auto failure = ledger->probe();
  REQUIRE(failure);
  CHECK_THAT(failure->detail, ContainsSubstring(zone_file(directory).string()));
  CHECK_THAT(failure->detail, ContainsSubstring("the integrity check of servings failed"));
  CHECK_THAT(failure->detail, ContainsSubstring("restore it from a backup"));
  CHECK(reports.size() == 1);
  CHECK(ledger->state_of(kSite, subject(1)).state.recorded());
}
