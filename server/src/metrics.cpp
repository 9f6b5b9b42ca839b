#include "metrics.h"

#include <algorithm>

namespace consent::server {
namespace {

constexpr std::array<std::string_view, 7> kMethods = {"GET",   "HEAD",   "POST",   "PUT",
                                                      "PATCH", "DELETE", "OPTIONS"};
constexpr std::array kReasonList = {
    Reason::essential,     Reason::granted,        Reason::opt_out_default, Reason::no_record,
    Reason::refused,       Reason::withdrawn,      Reason::opted_out,       Reason::gpc,
    Reason::expired,       Reason::notice_changed, Reason::restricted,      Reason::erased,
    Reason::invalid_token, Reason::unknown_purpose};

std::size_t index(Reason reason) { return static_cast<std::size_t>(reason); }

void family(std::string& out, std::string_view name, std::string_view help,
            std::string_view type = "counter") {
  out.append("# HELP ").append(name).append(" ").append(help).append("\n");
  out.append("# TYPE ").append(name).append(" ").append(type).append("\n");
}

// Label values are all ours (see the header); quotes and backslashes cannot be in them.
void sample(std::string& out, std::string_view name, std::string_view labels, std::uint64_t value) {
  out.append(name);
  if (!labels.empty()) out.append("{").append(labels).append("}");
  out.append(" ").append(std::to_string(value)).append("\n");
}

std::string label(std::string_view name, std::string_view value) {
  return std::string(name).append("=\"").append(value).append("\"");
}

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

void Metrics::count_request(std::string_view pattern, std::string_view method, int status) {
  const bool known = std::find(kMethods.begin(), kMethods.end(), method) != kMethods.end();
  const std::lock_guard lock(labelled_mutex_);
  ++requests_[{std::string(pattern), std::string(known ? method : "other"), status}];
}

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

void Metrics::count_rate_limited() { rate_limited_.fetch_add(1, std::memory_order_relaxed); }

std::string Metrics::render() const {
  std::string out;
  family(out, "consent_build_info", "The running version and ruleset.", "gauge");
  sample(out, "consent_build_info",
         label("version", version_) + "," + label("ruleset", ruleset_version()), 1);

  family(out, "consent_decisions_total", "Answers to the pipeline, by reason.");
  for (const Reason reason : kReasonList) {
    sample(out, "consent_decisions_total", label("reason", to_text(reason)),
           decisions_[index(reason)]);
  }
  family(out, "consent_events_accepted_total", "Analytics events passed to the sink.");
  sample(out, "consent_events_accepted_total", "", events_accepted_);
  family(out, "consent_events_dropped_total", "Analytics events not kept, by reason.");
  for (const Reason reason : kReasonList) {
    if (allows(reason)) continue;
    sample(out, "consent_events_dropped_total", label("reason", to_text(reason)),
           dropped_by_reason_[index(reason)]);
  }
  for (std::size_t i = 0; i < dropped_otherwise_.size(); ++i) {
    sample(out, "consent_events_dropped_total", label("reason", to_text(static_cast<EventDrop>(i))),
           dropped_otherwise_[i]);
  }
  family(out, "consent_ledger_appends_total", "Decisions brought to the ledger, by outcome.");
  for (std::size_t i = 0; i < appends_.size(); ++i) {
    sample(out, "consent_ledger_appends_total",
           label("outcome", to_text(static_cast<AppendOutcome>(i))), appends_[i]);
  }
  family(out, "consent_rate_limited_total", "Public writes refused with 429.");
  sample(out, "consent_rate_limited_total", "", rate_limited_);

  const std::lock_guard lock(labelled_mutex_);
  family(out, "consent_notices_served_total", "Notices served, by regime and language.");
  for (const auto& [key, count] : notices_) {
    sample(out, "consent_notices_served_total",
           label("regime", to_text(key.first)) + "," + label("language", key.second), count);
  }
  family(out, "consent_http_requests_total", "Requests, by route, method and status.");
  for (const auto& [key, count] : requests_) {
    const auto& [pattern, method, status] = key;
    sample(out, "consent_http_requests_total",
           label("route", pattern) + "," + label("method", method) + "," +
               label("status", std::to_string(status)),
           count);
  }
  return out;
}

}  // namespace consent::server
