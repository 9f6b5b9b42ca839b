#include "telemetry/replication_metrics.h"

#include "telemetry/metrics_text.h"

namespace consent::server {

void ReplicationMetrics::set_on(bool is_on) {
  is_on_ = is_on;
  behind_ = 0;
}

ReplicationFigures ReplicationMetrics::figures() const {
  return {.is_on = is_on_,
          .behind = behind_,
          .copied = copied_,
          .destroyed = destroyed_,
          .failures = failures_};
}

void ReplicationMetrics::render(std::string& out) const {
  const auto each = [&](std::string_view name, std::string_view help, std::string_view type,
                        std::uint64_t value) {
    metric_family(out, name, help, type);
    metric_sample(out, name, "", value);
  };
  const ReplicationFigures now = figures();
  each("consent_replication_on", "1 where records are copied to another zone.", "gauge",
       now.is_on ? 1 : 0);
  each("consent_replication_behind_records", "Records that copying has not come to yet.", "gauge",
       now.behind);
  each("consent_replication_copied_total", "Records copied to another zone.", "counter",
       now.copied);
  each("consent_replication_reviewed_away_total",
       "Copies destroyed by a review, because their original was gone.", "counter", now.destroyed);
  each("consent_replication_failures_total", "Batches that failed and are tried again.", "counter",
       now.failures);
}

}  // namespace consent::server
