#include "sample_record.h"

#include "formats/timestamp.h"
#include "formats/uuid.h"

namespace consent::testing {
namespace {

server::Record record(std::chrono::milliseconds later, server::TimePoint start) {
  server::Record out;
  out.time = start + later;
  out.client_time = out.time;
  out.id = server::make_uuid_v7(out.time);
  out.event = server::make_uuid_v7(out.time);
  out.site = kSite;
  out.layer = Layer::banner;
  out.regime = RegimeId::eu_gdpr;
  out.region = parse_region("DE");
  out.policy = 3;
  out.notice = "sha256:" + std::string(64, 'a');
  out.language = "de";
  out.expires_at = out.time + kConsentLifetime;
  return out;
}

void set_both(server::Record& out, Choice choice) {
  out.choices.set(Purpose::analytics, choice);
  out.choices.set(Purpose::marketing, choice);
}

server::TimePoint start() { return server::parse_rfc3339("2026-11-23T10:00:00.123Z").value(); }

}  // namespace

SubjectId subject(std::uint8_t number) {
  SubjectId id{};
  id.fill(number);
  return id;
}

server::Record grant(std::uint8_t subject_number, std::chrono::milliseconds later) {
  server::Record out = record(later, start());
  out.subject = subject(subject_number);
  out.action = Action::accept_all;
  set_both(out, Choice::granted);
  return out;
}

server::Record withdrawal(std::uint8_t subject_number, std::chrono::milliseconds later) {
  server::Record out = grant(subject_number, later);
  out.action = Action::withdraw;
  set_both(out, Choice::denied);
  return out;
}

server::Record refusal(std::chrono::milliseconds later) {
  server::Record out = record(later, start());
  out.action = Action::reject_all;
  set_both(out, Choice::denied);
  return out;
}

}  // namespace consent::testing
