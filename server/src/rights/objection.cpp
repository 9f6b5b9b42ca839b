#include "rights/objection.h"

#include <utility>

#include "application.h"
#include "consent/decision.h"
#include "consent/ruleset.h"
#include "formats/uuid.h"
#include "site/site_policy.h"
#include "site/site_rules.h"

namespace consent::server {

Objection object_to(const Service& service, const SubjectId& subject,
                    const Ledger::StateRead& known, std::string origin) {
  if (!known.state.choices.any_granted()) return {};
  const TimePoint now = service.clock.now();
  const AppliedRegime applied = service.rules.regime_of(known.state.region, now);
  Record record;
  record.kind = RecordKind::objected;
  record.id = make_uuid_v7(now);
  record.event = make_uuid_v7(now);
  record.zone = known.zone.value();
  record.subject = subject;
  record.site = service.site.site;
  record.time = now;
  record.client_time = now;
  for (const Purpose purpose : {Purpose::analytics, Purpose::marketing}) {
    if (known.state.choices.of(purpose) != Choice::not_asked) {
      record.choices.set(purpose, Choice::denied);
    }
  }
  record.action = Action::withdraw;
  record.layer = Layer::api;
  record.region = known.state.region;
  record.regime = applied.regime.id;
  record.model = applied.regime.model;
  record.policy = service.site.in_force(now).version;
  record.ruleset = ruleset_version();
  record.origin = std::move(origin);
  record.service_version = program_version();
  record.controller = evidence_text(service.site.in_force(now).controller);
  record.expires_at = std::chrono::floor<std::chrono::seconds>(now) + kConsentLifetime;
  return {.failed = service.ledger.append(std::move(record)).failure.has_value()};
}

}  // namespace consent::server
