// How fast a ledger is written with its log, audited, proven and a receipt's parts checked.
//
// usage: audit_bench DIRECTORY [RECORDS]   the directory must not exist; it is left behind

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "audit/ledger_audit.h"
#include "audit/tree_hash.h"
#include "audit/tree_log.h"
#include "audit/zone_log.h"
#include "bench_record.h"
#include "crypto/random.h"
#include "ledger/ledger.h"

namespace consent::server {
namespace {

constexpr unsigned kWriters = 64;
constexpr std::uint64_t kProofs = 2000;

template <typename Work>
void report(const char* what, std::uint64_t count, Work&& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  std::printf("%-36s %10.0f /s  (%llu in %.2f s)\n", what,
              static_cast<double>(count) / took.count(), static_cast<unsigned long long>(count),
              took.count());
}

void fill(Ledger& ledger, std::uint64_t records) {
  std::vector<std::jthread> writers;
  for (unsigned writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&ledger, count = records / kWriters] {
      for (std::uint64_t i = 0; i < count; ++i) {
        if (ledger.append(bench_record(random_bytes<16>())).failure) std::abort();
      }
    });
  }
}

void run(const std::string& directory, std::uint64_t records) {
  records -= records % kWriters;
  const std::string zone = zone_directory(directory, Zone::eu);
  {
    LedgerOptions options;
    options.data_dir = directory;
    options.change_log = [&](Zone one) {
      return std::make_unique<TreeLog>(zone_directory(directory, one));
    };
    const auto ledger = open_sqlite_ledger(std::move(options));
    report("durable records with their leaves", records, [&] { fill(*ledger, records); });
  }
  ZoneLog log(zone, "bench.example/consent/eu");
  const std::uint64_t size = log.size();
  log.checkpoint();
  report("inclusion proofs", kProofs, [&] {
    for (std::uint64_t i = 0; i < kProofs; ++i) {
      if (!log.prove(i * 7919 % size)) std::abort();
    }
  });
  const auto proof = log.prove(size / 2);
  const auto key = parse_verifier_key(log.verifier_key());
  report("checkpoint signatures verified", kProofs, [&] {
    for (std::uint64_t i = 0; i < kProofs; ++i) {
      if (!key->open(proof->checkpoint)) std::abort();
    }
  });
  AuditReport audit;
  report("entries and records audited", size + records,
         [&] { audit = audit_ledger(zone, {}, [](std::uint64_t, std::uint64_t) {}); });
  if (!audit.failure.empty()) std::printf("WRONG: %s\n", audit.failure.c_str());
}

}  // namespace
}  // namespace consent::server

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    std::fprintf(stderr, "usage: audit_bench DIRECTORY [RECORDS]\n");
    return 2;
  }
  try {
    consent::server::run(argv[1], argc == 3 ? std::strtoull(argv[2], nullptr, 10) : 100'000);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "audit_bench: %s\n", failure.what());
    return 1;
  }
  return 0;
}
