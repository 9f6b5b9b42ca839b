#include "routes.h"

#include "handlers/access.h"
#include "handlers/asked_log.h"
#include "handlers/audit.h"
#include "handlers/changes.h"
#include "handlers/check.h"
#include "handlers/consent_statistics.h"
#include "handlers/consents.h"
#include "handlers/events.h"
#include "handlers/gpc.h"
#include "handlers/hints.h"
#include "handlers/me.h"
#include "handlers/notice.h"
#include "handlers/openapi.h"
#include "handlers/operations.h"
#include "handlers/policies.h"
#include "handlers/preferences.h"
#include "handlers/pseudonymise.h"
#include "handlers/receipt.h"
#include "handlers/requests.h"
#include "handlers/static_files.h"
#include "handlers/statistics.h"
#include "handlers/subjects.h"
#include "handlers/transparency.h"
#include "http/problem.h"
#include "telemetry/access_log.h"
#include "telemetry/metrics.h"

namespace consent::server {
namespace {

using http::Answers;
// A function of service and request; what it answers becomes an Outcome.
template <typename Answer>
using Handle = Answer (*)(const Service&, const http::Request&);

template <typename Answer>
http::Handler open_to_all(const Service& service, Handle<Answer> handle) {
  return [&service, handle](const http::Request& request) { return handle(service, request); };
}

// Of the transparency log.
template <typename Answer>
http::Handler of_log(const Service& service, Handle<Answer> handle) {
  return reading_log(service, open_to_all(service, handle));
}

// For pages of the site's origins.
template <typename Answer>
http::Handler shared(const Service& service, Handle<Answer> handle) {
  return cross_origin(service, open_to_all(service, handle));
}

// For anybody on the site's pages what costs the disk something, at a bounded rate.
template <typename Answer>
http::Handler written(const Service& service, Handle<Answer> handle) {
  return cross_origin(service, rate_limited(service, open_to_all(service, handle)));
}

// A right that changes something: only from the site's own pages.
template <typename Answer>
http::Handler by_subject(const Service& service, Handle<Answer> handle) {
  return cross_origin(service,
                      from_own_pages(service, rate_limited(service, of_log(service, handle))));
}

template <typename Answer>
http::Handler keyed(const Service& service, Scope scope, Handle<Answer> handle) {
  return authorised(service, scope, open_to_all(service, handle));
}

// A path that is nothing here is 404 whatever the method; so is every path of the other listener.
http::Response refuse_method(const Service& service, const http::Request& request) {
  http::Response response = handle_static_file(service, request);
  if (response.status == 404) return response;
  response = http::problem(405, "This path does not take this method; see Allow.");
  response.set("Allow", "GET, HEAD, OPTIONS");
  return response;
}

http::Response tell_methods(const Service& service, const http::Request& request) {
  http::Response response = refuse_method(service, request);
  if (response.status != 405) return response;
  http::Response methods;
  methods.status = 204;
  methods.set("Allow", response.header("Allow"));
  return methods;
}

void count_requests(const Service& service, http::Router& router) {
  router.on_done([&service](const http::Request& request, const http::Response& response) {
    const auto duration = std::chrono::steady_clock::now() - request.arrived;
    service.metrics.count_request(request.route, request.method, response.status, duration);
    if (service.access_log != nullptr) service.access_log->write(request, response, duration);
  });
}

}  // namespace

void add_public_routes(const Service& service, http::Router& router) {
  router.add("GET", "/v1/notice", shared(service, handle_notice), Answers::at_once);
  router.add("OPTIONS", "/v1/notice", preflight(service, "GET, HEAD"), Answers::at_once);
  router.add("GET", "/v1/notices/{id}", shared(service, handle_notice_by_id));
  router.add("OPTIONS", "/v1/notices/{id}", preflight(service, "GET, HEAD"), Answers::at_once);
  router.add("POST", "/v1/consents", unless_it_waits(service, written(service, handle_consents)),
             Answers::at_once);
  router.add("OPTIONS", "/v1/consents", preflight(service, "POST"), Answers::at_once);
  router.add("POST", "/v1/events", written(service, handle_events));
  router.add("OPTIONS", "/v1/events", preflight(service, "POST"), Answers::at_once);
  router.add("GET", "/v1/preferences", open_to_all(service, handle_preferences));
  router.add("GET", "/v1/me/receipt", cross_origin(service, of_log(service, handle_receipt)));
  router.add("GET", "/v1/me", written(service, handle_me));
  router.add("DELETE", "/v1/me", by_subject(service, handle_me_erase));
  router.add("OPTIONS", "/v1/me", preflight(service, "GET, HEAD, DELETE"), Answers::at_once);
  router.add("POST", "/v1/me/restrict", by_subject(service, handle_me_restrict));
  router.add("DELETE", "/v1/me/restrict", by_subject(service, handle_me_release));
  router.add("OPTIONS", "/v1/me/restrict", preflight(service, "POST, DELETE"), Answers::at_once);
  router.add("POST", "/v1/me/object", by_subject(service, handle_me_object));
  router.add("OPTIONS", "/v1/me/object", preflight(service, "POST"), Answers::at_once);
  router.add("OPTIONS", "/v1/me/receipt", preflight(service, "GET, HEAD"), Answers::at_once);
  router.add("GET", "/v1/transparency/checkpoint", of_log(service, handle_checkpoint));
  router.add("GET", "/v1/transparency/key", open_to_all(service, handle_log_key));
  router.add("GET", "/v1/transparency/consistency", of_log(service, handle_consistency));
  router.add("GET", "/v1/transparency/tile/*", of_log(service, handle_tile));
  router.add("GET", "/v1/transparency/{zone}/checkpoint", of_log(service, handle_checkpoint));
  router.add("GET", "/v1/transparency/{zone}/key", open_to_all(service, handle_log_key));
  router.add("GET", "/v1/transparency/{zone}/consistency", of_log(service, handle_consistency));
  router.add("GET", "/v1/transparency/{zone}/tile/*", of_log(service, handle_tile));
  router.add("GET", "/.well-known/gpc.json", open_to_all(service, handle_gpc), Answers::at_once);
  router.add("GET", "/v1/hints", open_to_all(service, handle_hints), Answers::at_once);
  router.add("GET", "/v1/openapi.json", shared(service, handle_openapi));
  router.add("GET", "/*", shared(service, handle_static_file), Answers::at_once);
  router.add("OPTIONS", "/*", open_to_all(service, tell_methods), Answers::at_once);
  for (const std::string_view method : {"POST", "PUT", "PATCH", "DELETE"}) {
    router.add(method, "/*", open_to_all(service, refuse_method), Answers::at_once);
  }
  count_requests(service, router);
}

void add_internal_routes(const Service& service, http::Router& router) {
  router.add("GET", "/v1/check", keyed(service, Scope::check, handle_check_one), Answers::at_once);
  router.add("POST", "/v1/check", keyed(service, Scope::check, handle_check_many));
  router.add("GET", "/v1/changes", keyed(service, Scope::check, handle_changes));
  router.add("GET", "/v1/stats/consent", keyed(service, Scope::privacy, handle_consent_statistics));
  router.add("GET", "/v1/stats/usage", keyed(service, Scope::events, handle_usage_statistics));
  router.add("POST", "/v1/pseudonymize", keyed(service, Scope::events, handle_pseudonymise));
  router.add("GET", "/v1/policies", keyed(service, Scope::privacy, handle_policies));
  router.add("POST", "/v1/policies", keyed(service, Scope::privacy, handle_publish_policy));
  router.add("POST", "/v1/requests", keyed(service, Scope::privacy, handle_register_request));
  router.add("GET", "/v1/requests", keyed(service, Scope::privacy, handle_requests));
  router.add("GET", "/v1/requests/{id}", keyed(service, Scope::privacy, handle_request));
  router.add("PATCH", "/v1/requests/{id}", keyed(service, Scope::privacy, handle_change_request));
  router.add("GET", "/v1/audit",
             authorised(service, Scope::privacy, of_log(service, handle_audit)));
  router.add("GET", "/v1/audit/proof",
             authorised(service, Scope::privacy, of_log(service, handle_audit_proof)));
  router.add("POST", "/v1/subjects/{subject}/erase",
             authorised(service, Scope::privacy, of_log(service, handle_erase)));
  router.add("POST", "/v1/subjects/{subject}/restrict",
             keyed(service, Scope::privacy, handle_restrict));
  router.add("DELETE", "/v1/subjects/{subject}/restrict",
             keyed(service, Scope::privacy, handle_release));
  router.add("PUT", "/v1/subjects/{subject}/hold", keyed(service, Scope::privacy, handle_hold));
  router.add("DELETE", "/v1/subjects/{subject}/hold",
             keyed(service, Scope::privacy, handle_unhold));
  router.add("GET", "/v1/certificates/{id}",
             authorised(service, Scope::privacy, of_log(service, handle_certificate)));
  router.add("GET", "/healthz", open_to_all(service, handle_healthz), Answers::at_once);
  router.add("GET", "/readyz", open_to_all(service, handle_readyz));
  router.add("GET", "/metrics", keyed(service, Scope::metrics, handle_metrics));
  count_requests(service, router);
}

}  // namespace consent::server
