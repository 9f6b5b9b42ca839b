#pragma once
// Failures that repeat as fast as requests come, in the operator's log at a readable rate.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "clock.h"

namespace consent::server {

// Takes why something failed. What is given holds no visitor data.
using ReportFailure = std::function<void(std::string_view detail)>;

class FailureLog {
 public:
  static constexpr std::chrono::seconds kQuiet{10};
  static constexpr std::size_t kCausesMax = 64;

  // `left_out`: how many times the same was reported since it was last written.
  using Write =
      std::function<void(std::string_view event, std::string_view detail, std::uint64_t left_out)>;
  explicit FailureLog(const Clock& clock);  // writes with log_event, as an error
  FailureLog(const Clock& clock, Write write);

  // Writes each cause, which is an event with its detail, at most once in kQuiet. Thread-safe.
  void report(std::string_view event, std::string_view detail);
  // For one part of the service; `event` is a constant. Lives no longer than this.
  ReportFailure for_event(std::string_view event);

 private:
  struct Cause {
    TimePoint written;
    std::uint64_t left_out = 0;
  };

  const Clock& clock_;
  const Write write_;
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, Cause> causes_;
};

}  // namespace consent::server
