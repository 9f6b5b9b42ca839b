#pragma once
// Random operations on a ledger against a model of a few lines, with the power failing in the
// middle of any of them.

#include <cstdint>
#include <string>

namespace consent::testing {

struct ModelRun {
  std::string wrong;          // what did not agree; empty: all did
  std::uint64_t crashes = 0;  // losses of power
  std::uint64_t kept = 0;     // of them, those in which the interrupted operation was kept
};

// The same seed does the same. One at a time in a process: it needs the only FaultDisk.
ModelRun run_ledger_model(std::uint64_t seed);

}  // namespace consent::testing
