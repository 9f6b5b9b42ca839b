#pragma once
// Random operations on a ledger against a model of a few lines, with the power failing in the
// middle of any of them. Time passes, and retention sweeps destroy what is over.

#include <cstdint>
#include <string>

namespace consent::testing {

struct ModelRun {
  std::string wrong;          // what did not agree; empty: all did
  std::uint64_t crashes = 0;  // losses of power
  std::uint64_t kept = 0;     // of them, those in which the interrupted operation was kept
  std::uint64_t swept = 0;    // subjects and superseded records that sweeps destroyed
  std::uint64_t frozen = 0;   // times that a sweep met one that was over and held
};

// The same seed does the same. One at a time in a process: it needs the only FaultDisk.
ModelRun run_ledger_model(std::uint64_t seed);

}  // namespace consent::testing
