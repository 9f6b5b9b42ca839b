#include "process/progress_line.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <utility>

#include "telemetry/log.h"

namespace consent::server {
namespace {

constexpr std::chrono::seconds kEvery{10};

}  // namespace

Progress progress_line(std::string name) {
  if (::isatty(STDERR_FILENO) == 0) return [](std::uint64_t, std::uint64_t) {};
  return [name = std::move(name)](std::uint64_t done, std::uint64_t all) {
    const auto percent =
        all == 0 ? 100.0 : 100.0 * static_cast<double>(done) / static_cast<double>(all);
    std::fprintf(stderr, "\r%s: %5.1f %%%s", name.c_str(), percent, done >= all ? "\n" : "");
  };
}

Progress progress_log(std::string event) {
  return [due = std::chrono::steady_clock::now() + kEvery, event = std::move(event)](
             std::uint64_t done, std::uint64_t all) mutable {
    if (std::chrono::steady_clock::now() < due) return;
    due += kEvery;
    log_event(LogLevel::info, event, {{"percent", done * 100 / std::max<std::uint64_t>(all, 1)}});
  };
}

}  // namespace consent::server
