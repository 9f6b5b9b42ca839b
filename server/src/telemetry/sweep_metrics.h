#pragma once
// What the retention sweeps of this process destroyed, and when the last one ended.

#include <array>
#include <atomic>
#include <cstdint>
#include <string>

#include "clock.h"

namespace consent::server {

enum class SweepEnd : std::uint8_t { done, interrupted, failed };

struct SweepFigures {
  SweepEnd end = SweepEnd::done;
  std::uint64_t subjects = 0;  // destroyed whole
  std::uint64_t superseded_records = 0;
  std::uint64_t log_entries = 0;
  std::uint64_t event_days = 0;
  std::uint64_t frozen = 0;  // over, but kept by a hold or restriction
};

// Thread-safe.
class SweepMetrics {
 public:
  void count(const SweepFigures& sweep, TimePoint now);
  // Prometheus text exposition format 0.0.4.
  void render(std::string& out) const;

 private:
  using Counter = std::atomic<std::uint64_t>;
  std::array<Counter, 3> sweeps_{};  // by SweepEnd
  Counter subjects_{};
  Counter superseded_records_{};
  Counter log_entries_{};
  Counter event_days_{};
  Counter frozen_{};   // of the last one
  Counter done_at_{};  // seconds since 1970; 0: none yet
};

}  // namespace consent::server
