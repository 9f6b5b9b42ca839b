#include "rights/subject_erasure.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include "application.h"
#include "audit/zone_logs.h"
#include "events/subject_events.h"
#include "ledger/ledger.h"
#include "ledger/record_copies.h"
#include "ledger/request_register.h"
#include "rights/request_steps.h"
#include "site/site_rules.h"

namespace consent::server {
namespace {

using Outcome = SubjectErasure::Outcome;

// False when a payload is still there, or the records cannot be read.
bool read_back(const Ledger::History& history, Destruction& destruction) {
  if (history.failure) return false;
  for (const StoredRecord& stored : history.records) {
    if (!stored.erased) return false;
    destruction.zone = stored.record.zone;
    if (stored.record.kind == RecordKind::erased) {
      destruction.id = stored.record.id;
    } else {
      destruction.records.push_back(stored.record.id);
    }
  }
  destruction.read = destruction.records.size();
  return destruction.id != Uuid{};
}

// Copies in other zones: those destroyed now, or before by an attempt that did not come to the end.
// Their logs name each under its record's id. False when one is left, or this cannot be read.
bool read_copies_back(const Service& service, const SubjectId& subject, const Erasure& erasure,
                      Destruction& destruction) {
  try {
    if (!service.ledger.copies().held(service.site.site, subject).empty()) return false;
    for (const Zone zone : {Zone::eu, Zone::us}) {
      ZoneLog* const log = service.logs == nullptr ? nullptr : service.logs->find(zone);
      if (log == nullptr || zone == destruction.zone) continue;
      const auto copied = std::count_if(destruction.records.begin(), destruction.records.end(),
                                        [&](const Uuid& id) { return log->leaf_of(id); });
      add_copies(destruction, zone, static_cast<std::size_t>(copied), {});
    }
  } catch (const std::runtime_error&) {
    return false;
  }
  for (Destruction::Copies& copies : destruction.copies) {
    for (const Erasure::Copies& now : erasure.copies) {
      if (now.zone == copies.zone) copies.keks.insert(now.keks.begin(), now.keks.end());
    }
  }
  return true;
}

bool log_certificate(const Service& service, const Destruction& destruction) {
  LogEntry entry;
  entry.kind = LogKind::certificate;
  entry.zone = destruction.zone;
  entry.time = destruction.ended;
  entry.record = certificate_entry_id(destruction.id);
  entry.subject = certificate_text(service.site, destruction, program_version());
  return !service.ledger.log(entry);
}

// Whoever asks twice at once makes two; the first in the log is the certificate.
SubjectErasure certified(const Service& service, Destruction destruction) {
  ZoneLog* log = service.logs == nullptr ? nullptr : service.logs->find(destruction.zone);
  if (log == nullptr) return {};
  auto certificate = find_certificate(*log, destruction.id);
  if (!certificate) {
    destruction.ended = service.clock.now();
    if (!log_certificate(service, destruction)) return {};
    certificate = find_certificate(*log, destruction.id);
  }
  if (!certificate) return {};
  return {.outcome = Outcome::erased, .certificate = std::move(*certificate)};
}

// The register has each erasure as a request that was answered, however it was asked for: one that
// the privacy office had registered, else one of its own, the same when this is done again.
bool is_registered(const Service& service, const SubjectId& subject,
                   const Destruction& destruction) {
  RequestRegister& requests = service.ledger.requests();
  RequestQuestion question;
  question.subject = subject;
  question.states = 1U << static_cast<unsigned>(RequestState::completed);
  const auto answered = requests.list(service.site.site, question);
  const bool known = std::any_of(answered.begin(), answered.end(),
                                 [](const auto& one) { return one.right == Right::erase; });
  if (known) return true;
  RightsRequest request;
  request.id = erasure_request_id(destruction.id);
  request.zone = destruction.zone;
  request.site = service.site.site;
  request.right = Right::erase;
  request.regime = destruction.regime.value_or(RegimeId::unknown);
  request.subject = subject;
  request.received_at = destruction.started;
  set_deadlines(request);
  request.changed_at = service.clock.now();
  take_step(request, RequestState::completed, "", request.changed_at);
  return requests.put(request) != RequestPut::failed;
}

}  // namespace

SubjectErasure erase_subject(const Service& service, const SubjectId& subject,
                             DestructionCause cause) {
  Destruction destruction;
  destruction.cause = cause;
  destruction.started = service.clock.now();
  const auto known = service.ledger.state_of(service.site.site, subject);
  if (known.failure) return {};
  if (!known.zone) return {.outcome = Outcome::not_found};
  if (known.state.recorded()) {
    destruction.regime = service.rules.regime_of(known.state.region, destruction.started).regime.id;
  }
  const Erasure erasure =
      service.ledger.erase(service.site.site, subject, ErasureCause::request, destruction.started);
  if (erasure.outcome == Erasure::Outcome::failed || erasure.copies_left) return {};
  if (erasure.outcome == Erasure::Outcome::frozen) return {.outcome = Outcome::frozen};
  if (erasure.outcome == Erasure::Outcome::erased) {
    destruction.keks = {erasure.kek};
    destruction.log_emptied = erasure.log_emptied;
  }
  const EventSink::Removal removal = remove_events_of(service, subject);
  if (removal.failure) return {};
  destruction.events = removal.events;
  const Ledger::History history = service.ledger.history(service.site.site, subject);
  if (!history.failure && history.records.empty()) return {.outcome = Outcome::not_found};
  if (!read_back(history, destruction)) return {};
  if (!read_copies_back(service, subject, erasure, destruction)) return {};
  try {
    if (!is_registered(service, subject, destruction)) return {};
  } catch (const std::runtime_error&) {
    return {};  // the register cannot be read
  }
  return certified(service, std::move(destruction));
}

}  // namespace consent::server
