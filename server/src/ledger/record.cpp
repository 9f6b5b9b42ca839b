#include "ledger/record.h"

#include "uuid.h"

namespace consent::server {

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

}  // namespace consent::server
