#include "telemetry/sweep_metrics.h"

#include "telemetry/metrics_text.h"

namespace consent::server {
namespace {

constexpr const char* kSweeps = "consent_retention_sweeps_total";
constexpr const char* kDestroyed = "consent_retention_destroyed_total";
constexpr std::array kEnds = {"done", "interrupted", "failed"};

}  // namespace

void SweepMetrics::count(const SweepFigures& sweep, TimePoint now) {
  ++sweeps_.at(static_cast<std::size_t>(sweep.end));
  subjects_ += sweep.subjects;
  superseded_records_ += sweep.superseded_records;
  log_entries_ += sweep.log_entries;
  event_days_ += sweep.event_days;
  frozen_ = sweep.frozen;
  if (sweep.end != SweepEnd::done) return;
  const auto at = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch();
  done_at_ = static_cast<std::uint64_t>(at.count());
}

void SweepMetrics::render(std::string& out) const {
  metric_family(out, kSweeps, "Retention sweeps, by how they ended.");
  for (std::size_t i = 0; i < kEnds.size(); ++i) {
    metric_sample(out, kSweeps, metric_label("outcome", kEnds.at(i)), sweeps_.at(i));
  }
  metric_family(out, kDestroyed, "What retention sweeps destroyed, by kind.");
  metric_sample(out, kDestroyed, metric_label("kind", "subject"), subjects_);
  metric_sample(out, kDestroyed, metric_label("kind", "superseded_record"), superseded_records_);
  metric_sample(out, kDestroyed, metric_label("kind", "log_entry"), log_entries_);
  metric_sample(out, kDestroyed, metric_label("kind", "event_day"), event_days_);
  metric_family(out, "consent_retention_frozen",
                "Subjects over their period that a hold or restriction kept, in the last sweep.",
                "gauge");
  metric_sample(out, "consent_retention_frozen", "", frozen_);
  metric_family(out, "consent_retention_done_timestamp_seconds",
                "When the last sweep that went through everything ended; 0: none yet.", "gauge");
  metric_sample(out, "consent_retention_done_timestamp_seconds", "", done_at_);
}

}  // namespace consent::server
