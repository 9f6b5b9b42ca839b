#include "telemetry/metrics.h"

#include "telemetry/metrics_text.h"

namespace consent::server {
namespace {

constexpr std::array kReasonList = {
    Reason::essential,     Reason::granted,        Reason::opt_out_default, Reason::no_record,
    Reason::refused,       Reason::withdrawn,      Reason::opted_out,       Reason::gpc,
    Reason::expired,       Reason::notice_changed, Reason::restricted,      Reason::erased,
    Reason::invalid_token, Reason::unknown_purpose};

std::size_t index(Reason reason) { return static_cast<std::size_t>(reason); }

}  // namespace

std::string_view to_text(EventDrop drop) {
  switch (drop) {
    case EventDrop::invalid_event:
      return "invalid_event";
    case EventDrop::late:
      return "late";
    case EventDrop::key_unavailable:
      return "key_unavailable";
  }
  return "";
}

std::string_view to_text(AppendOutcome outcome) {
  switch (outcome) {
    case AppendOutcome::stored:
      return "stored";
    case AppendOutcome::counted:
      return "counted";
    case AppendOutcome::repeated:
      return "repeated";
    case AppendOutcome::failed:
      return "failed";
  }
  return "";
}

Metrics::Metrics(std::string_view version) : version_(version) {}

void Metrics::count_decisions(Reason reason, std::uint64_t times) {
  decisions_[index(reason)].fetch_add(times, std::memory_order_relaxed);
}

void Metrics::count_events_accepted(std::uint64_t times) {
  events_accepted_.fetch_add(times, std::memory_order_relaxed);
}

void Metrics::count_event_dropped(Reason reason) {
  dropped_by_reason_[index(reason)].fetch_add(1, std::memory_order_relaxed);
}

void Metrics::count_event_dropped(EventDrop drop) {
  dropped_otherwise_[static_cast<std::size_t>(drop)].fetch_add(1, std::memory_order_relaxed);
}

void Metrics::count_append(AppendOutcome outcome) {
  appends_[static_cast<std::size_t>(outcome)].fetch_add(1, std::memory_order_relaxed);
}

void Metrics::count_notice(RegimeId regime, std::string_view language) {
  const std::lock_guard lock(labelled_mutex_);
  ++notices_[{regime, std::string(language)}];
}

void Metrics::count_rate_limited(RateRefusal::Bucket bucket) {
  rate_limited_.at(static_cast<std::size_t>(bucket)).fetch_add(1, std::memory_order_relaxed);
}

void Metrics::count_reload(bool successful) {
  reloads_[successful ? 1 : 0].fetch_add(1, std::memory_order_relaxed);
}

void Metrics::add_listener(std::string_view name, std::function<http::ListenerFigures()> figures) {
  const std::lock_guard lock(listeners_mutex_);
  listeners_.emplace_back(name, std::move(figures));
}

void Metrics::forget_listeners() {
  const std::lock_guard lock(listeners_mutex_);
  listeners_.clear();
}

void Metrics::render_listeners(std::string& out) const {
  std::vector<std::pair<std::string, http::ListenerFigures>> now;
  {
    const std::lock_guard lock(listeners_mutex_);
    for (const auto& [name, figures] : listeners_) {
      now.emplace_back(metric_label("listener", name), figures());
    }
  }
  const auto each = [&](std::string_view name, std::string_view help, std::string_view type,
                        auto value) {
    metric_family(out, name, help, type);
    for (const auto& [label, figures] : now) metric_sample(out, name, label, value(figures));
  };
  each("consent_connections_open", "Connections open now.", "gauge",
       [](const auto& figures) { return figures.open; });
  each("consent_requests_queued", "Complete requests that wait for a worker now.", "gauge",
       [](const auto& figures) { return figures.queued; });
  each("consent_connections_accepted_total", "Connections accepted.", "counter",
       [](const auto& figures) { return figures.accepted; });
  each("consent_received_bytes_total", "Bytes received.", "counter",
       [](const auto& figures) { return figures.received_bytes; });
  each("consent_sent_bytes_total", "Bytes sent.", "counter",
       [](const auto& figures) { return figures.sent_bytes; });
  metric_family(out, "consent_connections_dropped_total",
                "Connections turned away or ended by the listener, by reason.");
  for (const auto& [label, figures] : now) {
    for (std::size_t i = 0; i < figures.drops.size(); ++i) {
      const auto reason = http::to_text(static_cast<http::Drop>(i));
      metric_sample(out, "consent_connections_dropped_total",
                    label + "," + metric_label("reason", reason), figures.drops[i]);
    }
  }
}

std::string Metrics::render() const {
  std::string out;
  metric_family(out, "consent_build_info", "The running version and ruleset.", "gauge");
  metric_sample(
      out, "consent_build_info",
      metric_label("version", version_) + "," + metric_label("ruleset", ruleset_version()), 1);

  metric_family(out, "consent_decisions_total", "Answers to the pipeline, by reason.");
  for (const Reason reason : kReasonList) {
    metric_sample(out, "consent_decisions_total", metric_label("reason", to_text(reason)),
                  decisions_[index(reason)]);
  }
  metric_family(out, "consent_events_accepted_total", "Analytics events passed to the sink.");
  metric_sample(out, "consent_events_accepted_total", "", events_accepted_);
  metric_family(out, "consent_events_dropped_total", "Analytics events not kept, by reason.");
  for (const Reason reason : kReasonList) {
    if (allows(reason)) continue;
    metric_sample(out, "consent_events_dropped_total", metric_label("reason", to_text(reason)),
                  dropped_by_reason_[index(reason)]);
  }
  for (std::size_t i = 0; i < dropped_otherwise_.size(); ++i) {
    metric_sample(out, "consent_events_dropped_total",
                  metric_label("reason", to_text(static_cast<EventDrop>(i))),
                  dropped_otherwise_[i]);
  }
  metric_family(out, "consent_ledger_appends_total",
                "Decisions brought to the ledger, by outcome.");
  for (std::size_t i = 0; i < appends_.size(); ++i) {
    metric_sample(out, "consent_ledger_appends_total",
                  metric_label("outcome", to_text(static_cast<AppendOutcome>(i))), appends_[i]);
  }
  metric_family(out, "consent_rate_limited_total",
                "Public writes refused with 429, by whose limit it was.");
  for (const auto bucket : {RateRefusal::Bucket::network, RateRefusal::Bucket::site}) {
    metric_sample(out, "consent_rate_limited_total", metric_label("limit", to_text(bucket)),
                  rate_limited_.at(static_cast<std::size_t>(bucket)));
  }

  metric_family(out, "consent_reloads_total", "Reloads on SIGHUP, by outcome.");
  metric_sample(out, "consent_reloads_total", metric_label("outcome", "refused"), reloads_[0]);
  metric_sample(out, "consent_reloads_total", metric_label("outcome", "done"), reloads_[1]);
  sweeps_.render(out);
  replication_.render(out);
  requests_.render(out);
  render_listeners(out);

  const std::lock_guard lock(labelled_mutex_);
  metric_family(out, "consent_notices_served_total", "Notices served, by regime and language.");
  for (const auto& [key, count] : notices_) {
    metric_sample(
        out, "consent_notices_served_total",
        metric_label("regime", to_text(key.first)) + "," + metric_label("language", key.second),
        count);
  }
  return out;
}

}  // namespace consent::server
