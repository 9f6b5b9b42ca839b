#include "ledger/record.h"

#include "formats/uuid.h"

namespace consent::server {

std::string_view to_text(RecordKind kind) {
  switch (kind) {
    case RecordKind::decision:
      return "decision";
    case RecordKind::restricted:
      return "restricted";
    case RecordKind::objected:
      return "objected";
    case RecordKind::released:
      return "released";
    case RecordKind::erased:
      return "erased";
  }
  return "";
}

std::string evidence_text(std::string_view text) {
  if (text.size() <= kRecordTextBytesMax) return std::string(text);
  std::size_t size = kRecordTextBytesMax;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80) --size;
  return std::string(text.substr(0, size));
}

Model model_of(RegimeId regime) {
  switch (regime) {
#define CONSENT_REGIME(name, number, model) \
  case RegimeId::name:                      \
    return Model::model;
#include "consent/regimes.inc"
#undef CONSENT_REGIME
  }
  return Model::opt_in;
}

Record mark_of(RecordKind kind, const std::string& site, std::optional<SubjectId> subject,
               TimePoint now) {
  Record record;
  record.kind = kind;
  record.id = make_uuid_v7(now);
  record.event = record.id;
  record.site = site;
  record.subject = subject;
  record.time = now;
  record.client_time = now;
  record.expires_at = now;
  return record;
}

RecordFacts facts_of(const Record& record) {
  return {.choices = record.choices,
          .action = record.action,
          .decided_at = std::chrono::floor<std::chrono::seconds>(record.time),
          .event_ms = time_of(record.event).time_since_epoch().count(),
          .policy = record.policy,
          .region = record.region,
          .model = record.model,
          .gpc = record.gpc};
}

RecordState apply(const RecordState& state, const Record& record) {
  switch (record.kind) {
    case RecordKind::decision:
    case RecordKind::objected:
      return fold(state, facts_of(record));
    case RecordKind::restricted:
      return hold(state, Hold::restricted);
    case RecordKind::released:
      return hold(state, Hold::none);
    case RecordKind::erased:
      return hold(RecordState{}, Hold::erased);
  }
  return state;
}

}  // namespace consent::server
