// How fast records are copied from one zone to another: those that are there already, and those
// that come meanwhile, beside what writing them costs.
//
// usage: copy_bench DIRECTORY [RECORDS]   the directory must not exist; it is left behind

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "audit/tree_log.h"
#include "bench_record.h"
#include "crypto/random.h"
#include "ledger/ledger.h"
#include "replication/copy_follower.h"

namespace consent::server {
namespace {

using Steady = std::chrono::steady_clock;

constexpr unsigned kWriters = 256;  // as many rows share a transaction
constexpr std::size_t kBatch = 256;
constexpr CopyDirection kToUs{Zone::eu, Zone::us};

double seconds_since(Steady::time_point begin) {
  return std::chrono::duration<double>(Steady::now() - begin).count();
}

// Records a second, and with it what stands beside.
void report(const char* what, std::uint64_t count, double seconds, double beside) {
  const double rate = static_cast<double>(count) / seconds;
  std::printf("%-44s %9.0f /s  %5.2f of the writes alone  (%llu in %.2f s)\n", what, rate,
              rate / beside, static_cast<unsigned long long>(count), seconds);
  std::fflush(stdout);
}

double write(Ledger& ledger, std::uint64_t records) {
  const Steady::time_point begin = Steady::now();
  {
    std::vector<std::jthread> writers;
    for (unsigned writer = 0; writer < kWriters; ++writer) {
      writers.emplace_back([&ledger, count = records / kWriters] {
        for (std::uint64_t i = 0; i < count; ++i) {
          if (ledger.append(bench_record(random_bytes<16>())).failure) std::abort();
        }
      });
    }
  }
  return seconds_since(begin);
}

double copy_all(Ledger& ledger, std::uint64_t records) {
  const Steady::time_point begin = Steady::now();
  std::uint64_t copied = 0;
  while (copied < records) {
    const CopyStep step =
        ledger.copies().copy(kBenchSite, kToUs, kBatch, bench_record(SubjectId{}).time);
    if (step.failure) throw std::runtime_error(step.failure->detail);
    if (step.copied == 0) throw std::runtime_error("records are missing");
    copied += step.copied;
  }
  return seconds_since(begin);
}

void run(const std::string& directory, std::uint64_t records) {
  records -= records % kWriters;
  LedgerOptions options;
  options.data_dir = directory;
  options.change_log = [&](Zone one) {
    return std::make_unique<TreeLog>(zone_directory(directory, one));
  };
  const auto ledger = open_sqlite_ledger(std::move(options));
  const double alone = write(*ledger, records);
  const double rate = static_cast<double>(records) / alone;
  report("durable records", records, alone, rate);
  report("copied, of what is there", records, copy_all(*ledger, records), rate);

  const SystemClock clock;
  ReplicationMetrics metrics;
  CopyFollower follower(*ledger, clock, metrics);
  follower.follow(kBenchSite, kToUs);
  const Steady::time_point begin = Steady::now();
  report("durable records beside copying", records, write(*ledger, records), rate);
  std::printf("%-44s %9llu\n", "records behind at the last write",
              static_cast<unsigned long long>(records - metrics.figures().copied));
  while (metrics.figures().copied < records) {
    if (metrics.figures().failures > 0) throw std::runtime_error("copying failed");
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  report("copied, of what came, with its writes", records, seconds_since(begin), rate);
}

}  // namespace
}  // namespace consent::server

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    std::fprintf(stderr, "usage: copy_bench DIRECTORY [RECORDS]\n");
    return 2;
  }
  try {
    consent::server::run(argv[1], argc == 3 ? std::strtoull(argv[2], nullptr, 10) : 20'480);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "copy_bench: %s\n", failure.what());
    return 1;
  }
  return 0;
}
