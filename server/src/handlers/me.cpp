#include "handlers/me.h"

#include <utility>

#include "events/subject_events.h"
#include "handlers/data_subject.h"
#include "site/site_policy.h"
#include "subject_id.h"
#include "wire/held_record.h"

namespace consent::server {
namespace {

constexpr std::string_view kJson = "application/json";

JsonValue zone_json(const DataSubject& subject) {
  return subject.known.zone ? JsonValue(to_text(*subject.known.zone)) : JsonValue();
}

JsonValue subject_json(const DataSubject& subject) {
  return subject.id ? JsonValue(subject_text(*subject.id)) : JsonValue();
}

JsonArray records_json(const Ledger::History& history) {
  JsonArray records;
  for (const StoredRecord& stored : history.records) records.push_back(held_record_json(stored));
  return records;
}

}  // namespace

http::Response handle_me(const Service& service, const http::Request& request) {
  auto asked = data_subject(service, request, "/v1/me");
  if (auto* refused = std::get_if<http::Response>(&asked)) return std::move(*refused);
  const DataSubject& subject = std::get<DataSubject>(asked);
  Ledger::History history;
  SubjectEvents events;
  if (subject.id) {
    history = service.ledger.history(service.site.site, *subject.id);
    events = events_of(service, *subject.id);
  }
  if (history.failure || events.failure) return unreadable();
  return private_json(200, kJson,
                      JsonObject{{"site", service.site.site},
                                 {"subject", subject_json(subject)},
                                 {"zone", zone_json(subject)},
                                 {"restricted", subject.known.state.hold == Hold::restricted},
                                 {"records", records_json(history)},
                                 {"events", std::move(events.events)}});
}

}  // namespace consent::server
