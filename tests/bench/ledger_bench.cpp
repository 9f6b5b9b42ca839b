// A zone's ledger with its log, at each size: start, durable writes beside what SQLite alone does
// with the same rows, reads from the file and from memory, bytes. Most subjects are filler: rows of
// random bytes in the sizes of real ones, written by SQLite in bulk, so that ten million take
// minutes. What is timed through the ledger is real.
//
// usage: ledger_bench DIRECTORY [SUBJECTS ...]   the directory must not exist; it is left behind

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "audit/tree_log.h"
#include "bench_record.h"
#include "crypto/random.h"
#include "ledger/ledger.h"
#include "ledger/sqlite_connection.h"

namespace consent::server {
namespace {

using Clock = std::chrono::steady_clock;

constexpr unsigned kWriters = 256;  // as many rows share a transaction
constexpr std::size_t kTimed = 20'480;
constexpr std::int64_t kFillerRows = 500'000;  // a transaction

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

double resident_megabytes() {
  std::ifstream file("/proc/self/statm");
  double pages = 0;
  file >> pages >> pages;
  return pages * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

std::unique_ptr<Ledger> open_ledger(const std::string& directory) {
  LedgerOptions options;
  options.data_dir = directory;
  options.zones = {Zone::eu};
  options.change_log = [directory](Zone zone) {
    return std::make_unique<TreeLog>(zone_directory(directory, zone));
  };
  return open_sqlite_ledger(std::move(options));
}

struct Percentiles {
  double middle = 0;
  double high = 0;
};

Percentiles percentiles_of(std::vector<double> times) {
  std::sort(times.begin(), times.end());
  return {times[times.size() / 2], times[times.size() * 99 / 100]};
}

// One grant of each subject, by kWriters at once; how long each waited, in ms.
std::vector<double> write(Ledger& ledger, const std::vector<SubjectId>& subjects) {
  std::vector<double> waited(subjects.size());
  {
    std::vector<std::jthread> writers;
    for (unsigned writer = 0; writer < kWriters; ++writer) {
      writers.emplace_back([&, writer] {
        for (std::size_t at = writer; at < subjects.size(); at += kWriters) {
          const Clock::time_point begin = Clock::now();
          if (ledger.append(bench_record(subjects[at])).failure) std::abort();
          waited[at] = seconds_since(begin) * 1e3;
        }
      });
    }
  }
  return waited;
}

// Microseconds each.
std::vector<double> read(Ledger& ledger, const std::vector<SubjectId>& subjects) {
  std::vector<double> times;
  for (const SubjectId& subject : subjects) {
    const Clock::time_point begin = Clock::now();
    const Ledger::StateRead found = ledger.state_of(kBenchSite, subject);
    times.push_back(seconds_since(begin) * 1e6);
    if (!found.zone || !found.state.recorded()) std::abort();
  }
  return times;
}

// Rows in the sizes of the ledger's newest ones.
class Filler {
 public:
  // As the ledger writes: each row to its own place, synced.
  static constexpr const char* kTimedPragmas =
      "PRAGMA wal_autocheckpoint = 8192; PRAGMA cache_size = -65536; PRAGMA synchronous = FULL";
  // Quickly: in the order of their places, and no disk is waited for.
  static constexpr const char* kQuickPragmas =
      "PRAGMA wal_autocheckpoint = 8192; PRAGMA cache_size = -1048576; PRAGMA synchronous = OFF";

  Filler(const std::string& directory, const std::string& pragmas)
      : file_(zone_file_path(directory, Zone::eu), SqliteConnection::Mode::read_write) {
    file_.execute(pragmas);
    const std::string order = pragmas == kQuickPragmas ? " ORDER BY 1" : "";
    subjects_ = prepare("INSERT INTO subjects SELECT randomblob(16), randomblob(" +
                        size_of("wrapped_key", "subjects") + "), 1, 0, 0, i, randomblob(" +
                        size_of("state", "subjects") + ") FROM n" + order);
    records_ = prepare(
        "INSERT INTO records SELECT i, randomblob(16), 0, randomblob(16), "
        "CAST(printf('%08d', i) || randomblob(8) AS BLOB), 0, NULL, randomblob(" +
        size_of("payload", "records") + "), randomblob(32), randomblob(32) FROM n");
    // Events and ids rise, as those of UUIDv7 do.
    entries_ = prepare(
        "INSERT INTO log_entries SELECT i + ?3, "
        "CAST(x'0100' || zeroblob(8) || printf('%016d', i) || randomblob(" +
        size_of("entry", "log_entries") + " - 26) AS BLOB), randomblob(32) FROM n");
  }

  std::int64_t records() { return file_.integer("SELECT ifnull(max(sequence), 0) FROM records"); }

  // Adds `count` subjects with a record and an entry each.
  void add(std::int64_t count, std::int64_t in_transaction) {
    const std::int64_t first = records() + 1;
    const std::int64_t leaves = this->leaves();
    for (std::int64_t at = first; at < first + count; at += in_transaction) {
      const std::int64_t last = std::min(at + in_transaction, first + count) - 1;
      file_.execute("BEGIN IMMEDIATE");
      subjects_->bind(0, at).bind(1, last).run();
      records_->bind(0, at).bind(1, last).run();
      entries_->bind(0, at).bind(1, last).bind(2, leaves - first).run();
      file_.execute("COMMIT");
    }
    add_nodes(leaves, this->leaves());
  }

 private:
  std::unique_ptr<SqliteStatement> prepare(const std::string& sql) {
    return std::make_unique<SqliteStatement>(file_.prepare(
        "WITH RECURSIVE n (i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2) " + sql));
  }
  std::string size_of(const std::string& column, const std::string& table) {
    return std::to_string(file_.integer("SELECT max(length(" + column + ")) FROM " + table));
  }
  std::int64_t leaves() { return file_.integer("SELECT max(leaf) + 1 FROM log_entries"); }
  void add_nodes(std::int64_t begin, std::int64_t end) {
    for (const int level : {8, 16, 24}) {
      const std::int64_t first = begin >> level;
      const std::int64_t last = (end >> level) - 1;
      if (first > last) continue;
      prepare("INSERT INTO log_nodes SELECT " + std::to_string(level) +
              ", i, randomblob(32) FROM n")
          ->bind(0, first)
          .bind(1, last)
          .run();
    }
  }

  SqliteConnection file_;
  std::unique_ptr<SqliteStatement> subjects_;
  std::unique_ptr<SqliteStatement> records_;
  std::unique_ptr<SqliteStatement> entries_;
};

void report_at(const std::string& directory, std::int64_t size) {
  std::vector<SubjectId> subjects(kTimed);
  for (SubjectId& subject : subjects) subject = random_bytes<16>();
  auto ledger = open_ledger(directory);
  Clock::time_point begin = Clock::now();
  const Percentiles waited = percentiles_of(write(*ledger, subjects));
  const double rate = static_cast<double>(kTimed) / seconds_since(begin);
  ledger.reset();

  Filler alone(directory, Filler::kTimedPragmas);
  begin = Clock::now();
  alone.add(kTimed, kWriters);
  const double limit = static_cast<double>(kTimed) / seconds_since(begin);

  begin = Clock::now();
  ledger = open_ledger(directory);
  const double start = seconds_since(begin) * 1e3;
  const Percentiles file = percentiles_of(read(*ledger, subjects));
  const Percentiles memory = percentiles_of(read(*ledger, subjects));
  const auto bytes = std::filesystem::file_size(zone_file_path(directory, Zone::eu));
  std::printf("%10lld %7.0f %8.0f %8.0f %6.2f %6.1f %6.1f %7.1f %7.1f %6.2f %6.2f %6.0f %6.0f\n",
              static_cast<long long>(size), start, rate, limit, rate / limit, waited.middle,
              waited.high, file.middle, file.high, memory.middle, memory.high,
              static_cast<double>(bytes) / static_cast<double>(alone.records()),
              resident_megabytes());
  std::fflush(stdout);
}

void run(const std::string& directory, const std::vector<std::int64_t>& sizes) {
  std::printf(
      "%u writers; ms to start and a durable write waits; us a state is read, new and again\n"
      "%10s %7s %8s %8s %6s %6s %6s %7s %7s %6s %6s %6s %6s\n",
      kWriters, "subjects", "start", "write/s", "SQLite/s", "ratio", "p50", "p99", "file", "p99",
      "again", "p99", "B/rec", "MB");
  write(*open_ledger(directory), {random_bytes<16>()});
  for (const std::int64_t size : sizes) {
    {
      Filler filler(directory, Filler::kQuickPragmas);
      filler.add(std::max<std::int64_t>(size - filler.records(), 0), kFillerRows);
    }
    report_at(directory, size);
  }
}

}  // namespace
}  // namespace consent::server

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: ledger_bench DIRECTORY [SUBJECTS ...]\n");
    return 2;
  }
  std::vector<std::int64_t> sizes;
  for (int i = 2; i < argc; ++i) sizes.push_back(std::strtoll(argv[i], nullptr, 10));
  if (sizes.empty()) sizes = {10'000, 100'000, 1'000'000};
  try {
    consent::server::run(argv[1], sizes);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "ledger_bench: %s\n", failure.what());
    return 1;
  }
  return 0;
}
