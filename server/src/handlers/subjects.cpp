#include "handlers/subjects.h"

#include <optional>
#include <utility>

#include "audit/zone_logs.h"
#include "formats/uuid.h"
#include "handlers/data_subject.h"
#include "handlers/request_body.h"
#include "http/problem.h"
#include "ledger/ledger.h"
#include "rights/restriction.h"
#include "rights/subject_erasure.h"
#include "site/site_policy.h"
#include "visitor/subject_id.h"

namespace consent::server {
namespace {

constexpr std::string_view kJson = "application/json";

http::Response no_subject() {
  return http::problem(
      404, "No held zone has this subject; ask the service that holds its residency zone, too.");
}

// What is no id; an id of zeros is one that nobody has.
http::Response malformed_id(const http::Request& request) {
  constexpr std::string_view kNobody = "AAAAAAAAAAAAAAAAAAAAAA";
  if (request.path_parameter("subject") == kNobody) return no_subject();
  return http::problem(422, "The path must name a subject.",
                       {{"/subject", "must be 22 characters base64url"}});
}

http::Response set_restriction(const Service& service, const http::Request& request,
                               bool restricted) {
  const auto subject = parse_subject_id(request.path_parameter("subject"));
  if (!subject) return malformed_id(request);
  const Restriction set = restrict_subject(service, *subject, restricted);
  if (set.failed) return storage_unavailable();
  if (!set.found) return no_subject();
  return private_json(200, kJson, JsonObject{{"restricted", restricted}});
}

http::Response set_hold(const Service& service, const http::Request& request, bool held) {
  const auto subject = parse_subject_id(request.path_parameter("subject"));
  if (!subject) return malformed_id(request);
  const Marked marked =
      service.ledger.set_legal_hold(service.site.site, *subject, held, service.clock.now());
  if (marked.failure) return storage_unavailable();
  if (!marked.found) return no_subject();
  return private_json(200, kJson, JsonObject{{"legal_hold", held}});
}

}  // namespace

http::Response handle_erase(const Service& service, const http::Request& request) {
  const auto subject = parse_subject_id(request.path_parameter("subject"));
  if (!subject) return malformed_id(request);
  SubjectErasure erasure = erase_subject(service, *subject, DestructionCause::privacy_office);
  switch (erasure.outcome) {
    case SubjectErasure::Outcome::erased:
      return private_json(200, kJson, std::move(erasure.certificate));
    case SubjectErasure::Outcome::not_found:
      return no_subject();
    case SubjectErasure::Outcome::frozen:
      return http::problem(409, "A legal hold forbids the erasure; lift it first.");
    case SubjectErasure::Outcome::failed:
      break;
  }
  return storage_unavailable();
}

http::Response handle_restrict(const Service& service, const http::Request& request) {
  return set_restriction(service, request, true);
}

http::Response handle_release(const Service& service, const http::Request& request) {
  return set_restriction(service, request, false);
}

http::Response handle_hold(const Service& service, const http::Request& request) {
  return set_hold(service, request, true);
}

http::Response handle_unhold(const Service& service, const http::Request& request) {
  return set_hold(service, request, false);
}

http::Response handle_certificate(const Service& service, const http::Request& request) {
  const auto id = parse_uuid_v7(request.path_parameter("id"));
  if (id && service.logs != nullptr) {
    for (const Zone zone : {Zone::eu, Zone::us}) {
      ZoneLog* log = service.logs->find(zone);
      if (log == nullptr) continue;
      if (auto certificate = find_certificate(*log, *id)) {
        return private_json(200, kJson, std::move(*certificate));
      }
    }
  }
  return http::problem(404, "There is no certificate of this id in a zone that is held here.");
}

}  // namespace consent::server
