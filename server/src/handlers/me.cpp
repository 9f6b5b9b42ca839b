#include "handlers/me.h"

#include <stdexcept>
#include <string>
#include <utility>

#include "events/subject_events.h"
#include "formats/timestamp.h"
#include "handlers/data_subject.h"
#include "handlers/request_body.h"
#include "http/fields.h"
#include "http/problem.h"
#include "keys/keyring.h"
#include "ledger/record_copies.h"
#include "representation/weighted_list.h"
#include "rights/consent_document.h"
#include "rights/objection.h"
#include "rights/restriction.h"
#include "rights/subject_erasure.h"
#include "site/site_policy.h"
#include "visitor/subject_id.h"
#include "visitor/visitor_token.h"
#include "wire/held_record.h"

namespace consent::server {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::size_t kAcceptBytesMax = 1024;

// JSON unless the other is named and liked better: what stands for anything means JSON.
bool prefers_json_ld(const http::Request& request) {
  const std::string accepted = request.header("Accept");
  int json = 0;
  int json_ld = 0;
  for (const Weighted& type : parse_weighted_list(accepted, kAcceptBytesMax)) {
    if (http::same_field_name(type.item, kJsonLdType)) json_ld = type.thousandths;
    if (http::same_field_name(type.item, kJson)) json = type.thousandths;
  }
  return json_ld > json;
}

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

// Proofs of the same records in another zone. Throws std::runtime_error.
JsonArray copies_json(const Service& service, const DataSubject& subject) {
  JsonArray copies;
  if (!subject.id) return copies;
  for (const HeldCopies& held : service.ledger.copies().held(service.site.site, *subject.id)) {
    copies.push_back(JsonObject{
        {"zone", to_text(held.zone)}, {"records", held.copies}, {"since", to_rfc3339(held.since)}});
  }
  return copies;
}

http::Response nothing_held() {
  return http::problem(404, "Nothing is held on you, so there is nothing to change.");
}

// Afterwards the visitor holds what every refusing visitor of that day holds: no identifier, and
// nobody asks them again.
std::string token_without_subject(const Service& service, TimePoint now) {
  const Token token =
      refusal_token(Action::withdraw, Model::opt_in, service.site.in_force(now).version,
                    std::chrono::floor<std::chrono::seconds>(now));
  return service.keyring.sign_token(service.site.site, token);
}

http::Response set_restriction(const Service& service, const http::Request& request,
                               bool restricted) {
  auto asked = data_subject(service, request, "/v1/me/restrict");
  if (auto* refused = std::get_if<http::Response>(&asked)) return std::move(*refused);
  const DataSubject& subject = std::get<DataSubject>(asked);
  if (!subject.id) return nothing_held();
  const Restriction set = restrict_subject(service, *subject.id, restricted);
  if (set.failed) return storage_unavailable();
  if (!set.found) return nothing_held();
  return private_json(200, kJson, JsonObject{{"restricted", restricted}});
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
  JsonArray copies;
  try {
    copies = copies_json(service, subject);
  } catch (const std::runtime_error&) {
    return unreadable();
  }
  if (history.failure || events.failure) return unreadable();
  if (prefers_json_ld(request)) {
    http::Response response = private_json(
        200, kJsonLdType, consent_document(service.site, history.records, service.clock.now()));
    response.set("Vary", "Accept");
    return response;
  }
  http::Response response =
      private_json(200, kJson,
                   JsonObject{{"site", service.site.site},
                              {"subject", subject_json(subject)},
                              {"zone", zone_json(subject)},
                              {"restricted", subject.known.state.hold == Hold::restricted},
                              {"records", records_json(history)},
                              {"copies", std::move(copies)},
                              {"events", std::move(events.events)}});
  response.set("Vary", "Accept");
  return response;
}

http::Response handle_me_restrict(const Service& service, const http::Request& request) {
  return set_restriction(service, request, true);
}

http::Response handle_me_release(const Service& service, const http::Request& request) {
  return set_restriction(service, request, false);
}

http::Response handle_me_object(const Service& service, const http::Request& request) {
  auto asked = data_subject(service, request, "/v1/me/object");
  if (auto* refused = std::get_if<http::Response>(&asked)) return std::move(*refused);
  const DataSubject& subject = std::get<DataSubject>(asked);
  if (!subject.id || !subject.known.state.recorded()) return nothing_held();
  const Objection objection =
      object_to(service, *subject.id, subject.known, request.header("Origin"));
  if (objection.failed) return storage_unavailable();
  const std::string token = token_without_subject(service, service.clock.now());
  http::Response response =
      private_json(200, kJson, JsonObject{{"objected", true}, {"token", token}});
  response.add("Set-Cookie", consent_cookie(service, request, token));
  return response;
}

http::Response handle_me_erase(const Service& service, const http::Request& request) {
  auto asked = data_subject(service, request, "/v1/me");
  if (auto* refused = std::get_if<http::Response>(&asked)) return std::move(*refused);
  const DataSubject& subject = std::get<DataSubject>(asked);
  if (!subject.id) return nothing_held();
  SubjectErasure erasure = erase_subject(service, *subject.id, DestructionCause::data_subject);
  switch (erasure.outcome) {
    case SubjectErasure::Outcome::not_found:
      return nothing_held();
    case SubjectErasure::Outcome::frozen:
      return http::problem(
          409,
          "What is held on you must be kept for legal claims (GDPR art. 17(3)(e)); "
          "nothing else is done with it. Write to the privacy office.");
    case SubjectErasure::Outcome::failed:
      return storage_unavailable();
    case SubjectErasure::Outcome::erased:
      break;
  }
  const std::string token = token_without_subject(service, service.clock.now());
  erasure.certificate.push_back({"token", token});
  http::Response response = private_json(200, kJson, std::move(erasure.certificate));
  response.add("Set-Cookie", consent_cookie(service, request, token));
  return response;
}

}  // namespace consent::server
