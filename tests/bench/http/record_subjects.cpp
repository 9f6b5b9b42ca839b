// Fills a data directory: one grant for each of N subjects, written through the ledger as the
// service writes them, many at once so that they share transactions.
//
// usage: record_subjects DIR N

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "audit/tree_log.h"
#include "consent/decision.h"
#include "formats/uuid.h"
#include "ledger/ledger.h"
#include "recorded_subject.h"

namespace consent::bench {
namespace {

constexpr unsigned kWriters = 256;

server::Record grant_of(std::uint64_t number) {
  server::Record record;
  record.time =
      std::chrono::time_point_cast<server::TimePoint::duration>(std::chrono::system_clock::now());
  record.client_time = record.time;
  record.id = server::make_uuid_v7(record.time);
  record.event = server::make_uuid_v7(record.time);
  record.subject = recorded_subject(number);
  record.site = "dialphone.com";
  record.choices.set(Purpose::analytics, Choice::granted);
  record.choices.set(Purpose::marketing, Choice::granted);
  record.action = Action::accept_all;
  record.layer = Layer::banner;
  record.regime = RegimeId::eu_gdpr;
  record.region = parse_region("DE");
  record.policy = 1;
  record.notice = "sha256:" + std::string(64, 'a');
  record.language = "de";
  record.expires_at = record.time + kConsentLifetime;
  return record;
}

int run(const char* directory, std::uint64_t count) {
  const auto started = std::chrono::steady_clock::now();
  server::LedgerOptions options;
  options.data_dir = directory;
  options.change_log = [&](Zone zone) {
    return std::make_unique<server::TreeLog>(server::zone_directory(directory, zone));
  };
  const auto ledger = server::open_sqlite_ledger(std::move(options));
  std::atomic<std::uint64_t> next{0};
  std::atomic<bool> failed{false};
  std::vector<std::thread> writers;
  for (unsigned i = 0; i < kWriters; ++i) {
    writers.emplace_back([&] {
      for (std::uint64_t number = next++; number < count && !failed; number = next++) {
        const server::Appended appended = ledger->append(grant_of(number));
        if (!appended.failure || failed.exchange(true)) continue;
        std::fprintf(stderr, "record_subjects: %s\n", appended.failure->detail.c_str());
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  if (failed) return 1;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  std::printf("%llu subjects in %.1f s\n", static_cast<unsigned long long>(count), took.count());
  return 0;
}

}  // namespace
}  // namespace consent::bench

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: record_subjects DIR N\n", stderr);
    return 2;
  }
  try {
    return consent::bench::run(argv[1], std::strtoull(argv[2], nullptr, 10));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "record_subjects: %s\n", error.what());
    return 1;
  }
}
