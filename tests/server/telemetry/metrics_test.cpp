#include "telemetry/metrics.h"

#include "support/catch.h"

using namespace consent;
using namespace consent::server;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("Counters come out in Prometheus text") {
  Metrics metrics("1.2.3");
  metrics.count_request("/v1/check", "GET", 200, std::chrono::microseconds(400));
  metrics.count_request("/v1/check", "GET", 200, std::chrono::milliseconds(3));
  metrics.count_request("", "BREW", 405, std::chrono::seconds(60));
  metrics.count_decisions(Reason::granted, 5);
  metrics.count_event_dropped(Reason::no_record);
  metrics.count_event_dropped(EventDrop::late);
  metrics.count_events_accepted(3);
  metrics.count_append(AppendOutcome::counted);
  metrics.count_notice(RegimeId::eu_gdpr, "de");
  metrics.count_rate_limited(RateRefusal::Bucket::site);
  metrics.count_sweep({.subjects = 2, .superseded_records = 7, .frozen = 1},
                      TimePoint(std::chrono::seconds(1'800'000'000)));
  metrics.count_sweep({.end = SweepEnd::failed, .log_entries = 4, .event_days = 1},
                      TimePoint(std::chrono::seconds(1'800'000'001)));
  metrics.replication().set_on(true);
  metrics.replication().set_behind(12);
  metrics.replication().count_copied(8);
  metrics.replication().count_destroyed(2);
  metrics.replication().count_failure();
  const std::string text = metrics.render();
  for (const char* line :
       {"consent_http_requests_total{route=\"/v1/check\",method=\"GET\",status=\"200\"} 2\n",
        "consent_http_requests_total{route=\"\",method=\"other\",status=\"405\"} 1\n",
        "consent_request_duration_seconds_bucket{route=\"/v1/check\",le=\"0.0005\"} 1\n",
        "consent_request_duration_seconds_bucket{route=\"/v1/check\",le=\"0.005\"} 2\n",
        "consent_request_duration_seconds_bucket{route=\"\",le=\"10\"} 0\n",
        "consent_request_duration_seconds_bucket{route=\"\",le=\"+Inf\"} 1\n",
        "consent_request_duration_seconds_sum{route=\"/v1/check\"} 0.003400\n",
        "consent_request_duration_seconds_count{route=\"/v1/check\"} 2\n",
        "consent_decisions_total{reason=\"granted\"} 5\n",
        "consent_events_dropped_total{reason=\"no_record\"} 1\n",
        "consent_events_dropped_total{reason=\"late\"} 1\n",
        "consent_events_accepted_total 3\n",
        "consent_ledger_appends_total{outcome=\"counted\"} 1\n",
        "consent_notices_served_total{regime=\"eu_gdpr\",language=\"de\"} 1\n",
        "consent_rate_limited_total{limit=\"network\"} 0\n",
        "consent_rate_limited_total{limit=\"site\"} 1\n",
        "consent_retention_sweeps_total{outcome=\"done\"} 1\n",
        "consent_retention_sweeps_total{outcome=\"failed\"} 1\n",
        "consent_retention_destroyed_total{kind=\"subject\"} 2\n",
        "consent_retention_destroyed_total{kind=\"superseded_record\"} 7\n",
        "consent_retention_destroyed_total{kind=\"log_entry\"} 4\n",
        "consent_retention_destroyed_total{kind=\"event_day\"} 1\n",
        "consent_retention_frozen 0\n",
        "consent_replication_on 1\n",
        "consent_replication_behind_records 12\n",
        "consent_replication_copied_total 8\n",
        "consent_replication_reviewed_away_total 2\n",
        "consent_replication_failures_total 1\n",
        "consent_retention_done_timestamp_seconds 1800000000\n",
        "# TYPE consent_http_requests_total counter\n",
        "consent_build_info{version=\"1.2.3\",ruleset=\""}) {
    CHECK_THAT(text, ContainsSubstring(line));
  }
}
