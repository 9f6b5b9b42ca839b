#include "rights/service_sweeps.h"

#include <chrono>
#include <csignal>
#include <utility>

#include "process/progress_line.h"
#include "telemetry/log.h"

namespace consent::server {
namespace {

// A signal to end or to reload interrupts a sweep: the next hour goes on.
bool is_interrupted() {
  sigset_t pending;
  sigpending(&pending);
  return sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1 ||
         sigismember(&pending, SIGHUP) == 1;
}

}  // namespace

ServiceSweeps::ServiceSweeps(Parts parts) : parts_(std::move(parts)), answers_(parts_.data_dir) {}

void ServiceSweeps::sweep_daily(const SitePolicy& site) {
  const Date today = std::chrono::floor<std::chrono::days>(parts_.clock.now());
  if (swept_ != today) sweep(site, "daily", "");
}

void ServiceSweeps::sweep_now(const SitePolicy& site) { sweep(site, "signal", ""); }

bool ServiceSweeps::is_asked() {
  if (request_.empty()) request_ = answers_.take();
  return !request_.empty();
}

void ServiceSweeps::sweep_as_asked(const SitePolicy& site) {
  sweep(site, "command", std::exchange(request_, ""));
}

void ServiceSweeps::sweep(const SitePolicy& site, std::string_view cause, std::string request) {
  const Date today = std::chrono::floor<std::chrono::days>(parts_.clock.now());
  log_event(LogLevel::info, "retention_sweeping", {{"cause", cause}});
  answers_.begin(std::move(request));
  const auto progress = [this](const std::string& part) -> Progress {
    return [told = answers_.progress(part), logged = progress_log("retention_sweeping", part)](
               std::uint64_t done, std::uint64_t all) {
      told(done, all);
      logged(done, all);
    };
  };
  const SweepReport report = sweep_retention({.site = site,
                                              .clock = parts_.clock,
                                              .ledger = parts_.ledger,
                                              .sink = parts_.sink,
                                              .program = parts_.program},
                                             SweepMode::destroy, is_interrupted, progress);
  parts_.metrics.count_sweep(figures_of(report), parts_.clock.now());
  for (const std::string& line : to_lines(report, SweepMode::destroy)) {
    log_event(LogLevel::info, "retention_swept", {{"detail", line}});
  }
  if (!report.failure.empty()) {
    log_event(LogLevel::error, "retention_failed", {{"detail", report.failure}});
  } else if (report.ended) {
    swept_ = today;
  }
  answers_.end(report);
}

}  // namespace consent::server
