#include "handlers/residency.h"

#include <string>

#include "formats/uuid.h"
#include "handlers/request_body.h"
#include "http/problem.h"
#include "ledger/ledger.h"
#include "site/site_rules.h"

namespace consent::server {
namespace {

constexpr std::string_view kConsents = "/v1/consents";

// Where the subject is: as the held zones know it, else as its token says.
Zone home_of(const Service& service, const PresentedToken& presented, const Record& record,
             const Ledger::StateRead& read) {
  if (read.zone) return *read.zone;
  const Region& region = presented.token->region;
  return zone_for(region, service.rules.regime_of(region, record.time).regime);
}

Record withdrawal_of(const Service& service, const Record& grant, const RecordState& state,
                     Zone home) {
  Record record;
  record.id = make_uuid_v7(grant.time);
  record.event = make_uuid_v7(grant.time);
  record.zone = home;
  record.subject = grant.subject;
  record.site = grant.site;
  record.time = grant.time;
  record.client_time = grant.client_time;
  for (const Purpose purpose : {Purpose::analytics, Purpose::marketing}) {
    if (state.choices.of(purpose) != Choice::not_asked) record.choices.set(purpose, Choice::denied);
  }
  record.action = Action::withdraw;
  record.region = state.region;
  const AppliedRegime applied = service.rules.regime_of(state.region, grant.time);
  record.regime = applied.regime.id;
  record.model = applied.regime.model;
  record.policy = grant.policy;
  record.language = grant.language;
  record.expires_at = grant.expires_at;
  record.ruleset = grant.ruleset;
  record.service_version = grant.service_version;
  record.controller = grant.controller;
  return record;
}

// The zones are written one after the other: a crash in between leaves the old subject withdrawn,
// and the retry makes the new one.
std::optional<http::Response> leave(const Service& service, Record& grant, const RecordState& state,
                                    Zone home) {
  if (!service.ledger.holds(home)) return misdirected(service, "/subject", home, kConsents);
  if (state.choices.any_granted() &&
      service.ledger.append(withdrawal_of(service, grant, state, home)).failure) {
    return storage_unavailable();
  }
  grant.subject.reset();
  return std::nullopt;
}

}  // namespace

http::Response misdirected(const Service& service, std::string_view pointer, Zone zone,
                           std::string_view path) {
  const std::string name(to_text(zone));
  const std::string& endpoint = service.zone_endpoints[static_cast<std::size_t>(zone)];
  const std::string where =
      endpoint.empty() ? "the service that holds this zone" : endpoint + std::string(path);
  return http::problem(421, "This service does not hold the zone " + name + ". Send it to " + where,
                       {{std::string(pointer), "belongs to the zone " + name}});
}

std::optional<http::Response> settle_residency(const Service& service,
                                               const PresentedToken& presented, Record& record) {
  const bool grants = record.choices.any_granted();
  std::optional<Zone> home;
  Ledger::StateRead read;
  if (record.subject && presented.names(*record.subject)) {
    read = service.ledger.state_of(record.site, *record.subject);
    if (read.failure) return storage_unavailable();
    home = home_of(service, presented, record, read);
  }
  if (home && !grants) record.zone = *home;
  if (!service.ledger.holds(record.zone)) {
    return misdirected(service, home && !grants ? "/subject" : "/ticket", record.zone, kConsents);
  }
  if (read.state.hold == Hold::erased) {
    record.subject.reset();
  } else if (home && *home != record.zone) {
    return leave(service, record, read.state, *home);
  }
  return std::nullopt;
}

}  // namespace consent::server
