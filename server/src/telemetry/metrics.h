#pragma once
// Counters for Prometheus. Labels come from closed sets (routes, reasons, regimes, the site's
// languages): nothing a client sends becomes a label, and nothing in here is personal data.

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "consent/decision.h"
#include "consent/ruleset.h"
#include "http/listener_figures.h"
#include "telemetry/replication_metrics.h"
#include "telemetry/request_metrics.h"
#include "telemetry/sweep_metrics.h"
#include "visitor/rate_limiter.h"

namespace consent::server {

enum class EventDrop : std::uint8_t { invalid_event, late, key_unavailable };
std::string_view to_text(EventDrop drop);

enum class AppendOutcome : std::uint8_t { stored, counted, repeated, failed };
std::string_view to_text(AppendOutcome outcome);

class Metrics {
 public:
  explicit Metrics(std::string_view version);

  // `pattern` is the route's, "" for none; methods outside HTTP's own are counted as "other".
  void count_request(std::string_view pattern, std::string_view method, int status,
                     std::chrono::nanoseconds duration) {
    requests_.count(pattern, method, status, duration);
  }
  // What `figures` answers appears under `name` ("public") until forget_listeners().
  void add_listener(std::string_view name, std::function<http::ListenerFigures()> figures);
  void forget_listeners();
  void count_reload(bool successful);
  void count_sweep(const SweepFigures& sweep, TimePoint now) { sweeps_.count(sweep, now); }
  ReplicationMetrics& replication() { return replication_; }
  void count_decisions(Reason reason, std::uint64_t times = 1);
  void count_events_accepted(std::uint64_t times);
  void count_event_dropped(Reason reason);
  void count_event_dropped(EventDrop drop);
  void count_append(AppendOutcome outcome);
  // `language` is one of the site's.
  void count_notice(RegimeId regime, std::string_view language);
  void count_rate_limited(RateRefusal::Bucket bucket);

  // Prometheus text exposition format 0.0.4.
  std::string render() const;

 private:
  void render_listeners(std::string& out) const;

  static constexpr std::size_t kReasons = 32;
  using Counter = std::atomic<std::uint64_t>;

  std::string version_;
  std::array<Counter, kReasons> decisions_{};
  std::array<Counter, kReasons> dropped_by_reason_{};
  std::array<Counter, 3> dropped_otherwise_{};
  std::array<Counter, 4> appends_{};
  Counter events_accepted_{};
  std::array<Counter, 2> rate_limited_{};
  std::array<Counter, 2> reloads_{};
  RequestMetrics requests_;
  SweepMetrics sweeps_;
  ReplicationMetrics replication_;
  mutable std::mutex listeners_mutex_;
  std::vector<std::pair<std::string, std::function<http::ListenerFigures()>>> listeners_;
  mutable std::mutex labelled_mutex_;
  std::map<std::pair<RegimeId, std::string>, std::uint64_t> notices_;
};

}  // namespace consent::server
