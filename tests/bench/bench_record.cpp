#include "bench_record.h"

#include <chrono>

#include "formats/uuid.h"

namespace consent::server {

Record bench_record(const SubjectId& subject) {
  Record record;
  record.time =
      std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  record.client_time = record.time;
  record.id = make_uuid_v7(record.time);
  record.event = make_uuid_v7(record.time);
  record.subject = subject;
  record.site = kBenchSite;
  record.choices.set(Purpose::analytics, Choice::granted);
  record.action = Action::accept_all;
  record.layer = Layer::banner;
  record.regime = RegimeId::eu_gdpr;
  record.region = parse_region("DE");
  record.policy = 3;
  record.language = "de";
  record.ruleset = "2026-11";
  record.origin = "https://dialphone.com";
  record.service_version = "0.1.0";
  record.banner_build = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
  record.expires_at = record.time + std::chrono::hours(24 * 182);
  return record;
}

}  // namespace consent::server
