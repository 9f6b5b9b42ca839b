// The ledger against its model, seed after seed, on all processors: model/ledger_model.h
// says what a seed does. Compiled as what is shipped and kept in memory, so that a seed takes
// milliseconds. Prints each seed that did not agree, and counts; exit status 1 when there is one.
//
// usage: ledger_model [SEEDS [FIRST]]      500 seeds from 1 on, without

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "model/ledger_model.h"

namespace {

using consent::testing::ModelRun;
using Count = unsigned long long;

struct Share {
  Count first = 1;
  Count end = 501;
  Count step = 1;
};

constexpr const char* kMemory = "/dev/shm";

// Files of keys are synced by the ledger itself: in memory that costs nothing.
void stay_in_memory() {
  if (access(kMemory, W_OK) == 0) setenv("TMPDIR", kMemory, 0);
}

struct Counts {
  std::atomic<Count> seeds{0};
  std::atomic<Count> crashes{0};
  std::atomic<Count> kept{0};
  std::atomic<Count> swept{0};
  std::atomic<Count> frozen{0};
  std::atomic<Count> wrong{0};
};

// Seen by all processes.
Counts& shared_counts() {
  void* const page =
      mmap(nullptr, sizeof(Counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) throw std::bad_alloc();
  return *new (page) Counts;
}

// In a process of its own: there is one FaultDisk in each.
void run_share(const Share& share, Counts& counts) {
  for (Count seed = share.first; seed < share.end; seed += share.step) {
    const ModelRun run = consent::testing::run_ledger_model(seed);
    ++counts.seeds;
    counts.crashes += run.crashes;
    counts.kept += run.kept;
    counts.swept += run.swept;
    counts.frozen += run.frozen;
    if (run.wrong.empty()) continue;
    ++counts.wrong;
    std::printf("seed %llu: %s\n", seed, run.wrong.c_str());
  }
}

int run_all(Count first, Count seeds) {
  const Count jobs = std::clamp<Count>(std::thread::hardware_concurrency(), 1, seeds);
  Counts& counts = shared_counts();
  std::vector<pid_t> children;
  for (Count job = 0; job < jobs; ++job) {
    const pid_t child = fork();
    if (child == 0) {
      int status = 1;
      try {
        run_share({.first = first + job, .end = first + seeds, .step = jobs}, counts);
        status = 0;
      } catch (const std::exception& failure) {
        std::fprintf(stderr, "ledger_model: %s\n", failure.what());
      }
      std::fflush(stdout);
      _exit(status);
    }
    children.push_back(child);
  }
  bool ended = true;
  for (const pid_t child : children) {
    int status = 0;
    ended = child > 0 && waitpid(child, &status, 0) == child && status == 0 && ended;
  }
  std::printf(
      "%llu seeds, %llu losses of power, in %llu of them the operation was kept; sweeps destroyed "
      "%llu subjects and superseded records, and left %llu that are held; %llu wrong\n",
      counts.seeds.load(), counts.crashes.load(), counts.kept.load(), counts.swept.load(),
      counts.frozen.load(), counts.wrong.load());
  const bool busy = counts.crashes >= seeds && counts.swept >= seeds && counts.frozen > 0;
  const bool whole = ended && counts.seeds == seeds && busy;
  return whole && counts.wrong == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const Count seeds = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 500;
  const Count first = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  if (seeds == 0 || first == 0 || argc > 3) {
    std::fprintf(stderr, "usage: ledger_model [SEEDS [FIRST]]\n");
    return 2;
  }
  stay_in_memory();
  return run_all(first, seeds);
}
