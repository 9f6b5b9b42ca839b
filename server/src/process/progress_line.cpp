#include "process/progress_line.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <utility>

#include "telemetry/log.h"

namespace consent::server {
namespace {

constexpr std::chrono::seconds kEvery{10};
constexpr int kWhole = 1000;  // tenths of a percent

class Line {
 public:
  explicit Line(std::string name) : name_(std::move(name)) {}
  ~Line() {
    if (shown_ >= 0 && shown_ < kWhole) std::fputc('\n', stderr);
  }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  void show(std::uint64_t done, std::uint64_t all) {
    const int share = share_of(done, all);
    if (share <= shown_) return;
    shown_ = share;
    std::fprintf(stderr, "\r%s: %3d.%d %%%s", name_.c_str(), share / 10, share % 10,
                 share == kWhole ? "\n" : "");
  }

 private:
  static int share_of(std::uint64_t done, std::uint64_t all) {
    if (done >= all) return kWhole;
    const double share = static_cast<double>(done) / static_cast<double>(all);
    return std::min(static_cast<int>(share * kWhole), kWhole - 1);
  }

  const std::string name_;
  int shown_ = -1;
};

}  // namespace

Progress progress_line(std::string name) {
  if (::isatty(STDERR_FILENO) == 0) return [](std::uint64_t, std::uint64_t) {};
  return [line = std::make_shared<Line>(std::move(name))](std::uint64_t done, std::uint64_t all) {
    line->show(done, all);
  };
}

Progress progress_log(std::string event, std::string part) {
  return [due = std::chrono::steady_clock::now() + kEvery, event = std::move(event),
          part = std::move(part)](std::uint64_t done, std::uint64_t all) mutable {
    if (std::chrono::steady_clock::now() < due) return;
    due += kEvery;
    const std::uint64_t percent = done >= all ? 100 : done * 100 / all;
    log_event(LogLevel::info, event, {{"part", part}, {"percent", percent}});
  };
}

}  // namespace consent::server
