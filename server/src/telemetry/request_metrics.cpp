#include "telemetry/request_metrics.h"

#include <algorithm>
#include <atomic>
#include <cstdio>

#include "telemetry/metrics_text.h"

namespace consent::server {
namespace {

using std::chrono::microseconds;

constexpr std::array<std::string_view, 8> kMethods = {"GET",   "HEAD",   "POST",    "PUT",
                                                      "PATCH", "DELETE", "OPTIONS", "other"};

struct Bound {
  microseconds duration;
  std::string_view text;  // in seconds
};
constexpr std::array<Bound, 15> kBounds = {{{microseconds(100), "0.0001"},
                                            {microseconds(250), "0.00025"},
                                            {microseconds(500), "0.0005"},
                                            {microseconds(1'000), "0.001"},
                                            {microseconds(2'500), "0.0025"},
                                            {microseconds(5'000), "0.005"},
                                            {microseconds(10'000), "0.01"},
                                            {microseconds(25'000), "0.025"},
                                            {microseconds(50'000), "0.05"},
                                            {microseconds(100'000), "0.1"},
                                            {microseconds(250'000), "0.25"},
                                            {microseconds(500'000), "0.5"},
                                            {microseconds(1'000'000), "1"},
                                            {microseconds(5'000'000), "5"},
                                            {microseconds(10'000'000), "10"}}};

std::size_t index_of(std::string_view method) {
  const auto* found = std::find(kMethods.begin(), kMethods.end() - 1, method);
  return static_cast<std::size_t>(found - kMethods.begin());
}

std::string in_seconds(std::chrono::nanoseconds duration) {
  std::array<char, 48> text{};
  const double seconds = std::chrono::duration<double>(duration).count();
  std::snprintf(text.data(), text.size(), "%.6f", seconds);
  return text.data();
}

// Threads are numbered as they come to count.
std::size_t thread_number() {
  static std::atomic<std::size_t> next{0};
  static thread_local const std::size_t own = next++;
  return own;
}

}  // namespace

void RequestMetrics::count(std::string_view pattern, std::string_view method, int status,
                           std::chrono::nanoseconds duration) {
  const auto* bound = std::find_if(kBounds.begin(), kBounds.end(),
                                   [&](const Bound& b) { return duration <= b.duration; });
  const auto bucket = static_cast<std::size_t>(bound - kBounds.begin());
  Shard& shard = shards_[thread_number() % kShards];
  const std::lock_guard lock(shard.mutex);
  auto found = shard.routes.find(pattern);
  if (found == shard.routes.end()) found = shard.routes.emplace(pattern, Route{}).first;
  Route& route = found->second;
  ++route.answers[{index_of(method), status}];
  ++route.durations[bucket];
  route.total += duration;
}

RequestMetrics::Routes RequestMetrics::sum() const {
  Routes sum;
  for (Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    for (const auto& [pattern, counted] : shard.routes) {
      Route& route = sum[pattern];
      for (const auto& [answer, count] : counted.answers) route.answers[answer] += count;
      for (std::size_t i = 0; i < kBuckets; ++i) route.durations[i] += counted.durations[i];
      route.total += counted.total;
    }
  }
  return sum;
}

void RequestMetrics::render(std::string& out) const {
  const Routes routes = sum();
  metric_family(out, "consent_http_requests_total", "Requests, by route, method and status.");
  for (const auto& [pattern, route] : routes) {
    for (const auto& [answer, count] : route.answers) {
      std::string labels = metric_label("route", pattern);
      labels.append(",").append(metric_label("method", kMethods[answer.first]));
      labels.append(",").append(metric_label("status", std::to_string(answer.second)));
      metric_sample(out, "consent_http_requests_total", labels, count);
    }
  }
  constexpr std::string_view kName = "consent_request_duration_seconds";
  metric_family(out, kName, "From the last byte of a request to its answer, by route.",
                "histogram");
  for (const auto& [pattern, route] : routes) {
    const std::string label = metric_label("route", pattern);
    std::uint64_t so_far = 0;
    for (std::size_t i = 0; i < kBuckets; ++i) {
      so_far += route.durations[i];
      const std::string_view bound = i < kBounds.size() ? kBounds[i].text : "+Inf";
      std::string labels = label;
      labels.append(",").append(metric_label("le", bound));
      metric_sample(out, "consent_request_duration_seconds_bucket", labels, so_far);
    }
    out.append(kName).append("_sum{").append(label).append("} ");
    out.append(in_seconds(route.total)).append("\n");
    metric_sample(out, "consent_request_duration_seconds_count", label, so_far);
  }
}

}  // namespace consent::server
