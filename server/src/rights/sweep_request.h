#pragma once
// How a command asks the service that holds a data directory to sweep, and hears how far it is. Two
// files there, for their owner only:
//   sweep.request   an id, from the command; the service takes it away
//   sweep.state     of a sweep that is under way, from the service, replaced as a whole; the end of
//                   one that was asked for is left for the command to take away

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "process/progress_line.h"
#include "rights/retention_sweep.h"

namespace consent::server {

struct SweepState {
  std::string request = {};  // whose it is; empty: the service's own
  std::string part = {};     // of the work
  std::uint64_t done = 0;    // of this part
  std::uint64_t all = 1;
  bool over = false;
  bool ended = true;  // false: interrupted; the next one goes on
  std::vector<std::string> lines = {};
  std::string failure = {};
};

// The service's side. What cannot be written is not told: no sweep waits for it.
class SweepAnswers {
 public:
  // Removes what an earlier service left.
  explicit SweepAnswers(std::string data_dir);

  // The id of a request that waits; empty: none does.
  std::string take();

  void begin(std::string request);
  // Into the state, a few times a second.
  Progress progress(const std::string& part);
  void end(const SweepReport& report);

 private:
  void tell();

  std::string data_dir_;
  SweepState state_;
  std::chrono::steady_clock::time_point told_{};
};

// The command's side: returns the state at the end. `progress` is also of a sweep that was under
// way before. Throws std::runtime_error with what to do.
SweepState ask_for_sweep(const std::string& data_dir, const SweepProgress& progress,
                         std::chrono::milliseconds patience = std::chrono::seconds(30));

}  // namespace consent::server
