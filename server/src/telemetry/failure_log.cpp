#include "telemetry/failure_log.h"

#include <algorithm>

#include "telemetry/log.h"

namespace consent::server {
namespace {

void write_error(std::string_view event, std::string_view detail, std::uint64_t left_out) {
  JsonObject fields{{"detail", detail}};
  if (left_out != 0) fields.push_back({"left_out", left_out});
  log_event(LogLevel::error, event, std::move(fields));
}

}  // namespace

FailureLog::FailureLog(const Clock& clock) : FailureLog(clock, write_error) {}

FailureLog::FailureLog(const Clock& clock, Write write) : clock_(clock), write_(std::move(write)) {}

void FailureLog::report(std::string_view event, std::string_view detail) {
  const TimePoint now = clock_.now();
  std::uint64_t left_out = 0;
  {
    const std::lock_guard lock(mutex_);
    const std::pair<std::string, std::string> key(event, detail);
    const auto known = causes_.find(key);
    if (known != causes_.end()) {
      // A clock that was set back must not silence anything.
      const bool quiet = now >= known->second.written && now < known->second.written + kQuiet;
      if (quiet) {
        ++known->second.left_out;
        return;
      }
      left_out = known->second.left_out;
    } else if (causes_.size() >= kCausesMax) {
      causes_.erase(std::min_element(causes_.begin(), causes_.end(), [](auto& a, auto& b) {
        return a.second.written < b.second.written;
      }));
    }
    causes_[key] = {.written = now, .left_out = 0};
  }
  write_(event, detail, left_out);
}

ReportFailure FailureLog::for_event(std::string_view event) {
  return [this, event](std::string_view detail) { report(event, detail); };
}

}  // namespace consent::server
