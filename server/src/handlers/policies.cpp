#include "handlers/policies.h"

#include <string>
#include <utility>
#include <variant>

#include "formats/timestamp.h"
#include "handlers/data_subject.h"
#include "handlers/request_body.h"
#include "http/problem.h"
#include "site/material_change.h"
#include "site/notice.h"
#include "site/policy_publication.h"
#include "site/site_policy.h"
#include "telemetry/log.h"
#include "wire/json_fields.h"

namespace consent::server {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kRetryAfterS = "5";

std::string_view state_of(const PolicyText& policy, const PolicyText& in_force) {
  if (policy.version == in_force.version) return "in_force";
  return policy.version < in_force.version ? "past" : "upcoming";
}

http::Response not_published() {
  http::Response response = http::problem(
      503, "The version was not published and nothing has changed; the service's log says why.");
  response.set("Retry-After", kRetryAfterS);
  return response;
}

// What versions are told from.
struct Book {
  const SitePolicy& site;
  const NoticeBook& notices;
  TimePoint now;
};

JsonValue policy_json(const Book& book, const PolicyText& policy, const PolicyText* before) {
  JsonObject since;
  for (const PurposeInfo& info : policy.purposes) {
    since.push_back({std::string(to_text(info.purpose)),
                     policy.material_since[static_cast<std::size_t>(info.purpose)]});
  }
  JsonObject notices;
  for (const auto& [language, words] : book.site.text) {
    notices.push_back({language, book.notices.find(policy.version, language).id});
  }
  const PolicyText& in_force = book.site.in_force(book.now);
  return JsonObject{{"version", policy.version},
                    {"state", state_of(policy, in_force)},
                    {"published_at", to_rfc3339(policy.published_at)},
                    {"effective_at", to_rfc3339(policy.effective_at)},
                    {"controller", policy.controller},
                    {"material", before == nullptr || is_material_change(*before, policy)},
                    {"material_since", std::move(since)},
                    {"notices", std::move(notices)}};
}

http::Response version_response(int status, const PolicyPublication& end, TimePoint now) {
  const NoticeBook notices(end.site);
  const PolicyText* before = nullptr;
  for (const PolicyText& policy : end.site.policies) {
    if (policy.version == end.version) {
      return private_json(status, kJson, policy_json({end.site, notices, now}, policy, before));
    }
    before = &policy;
  }
  return not_published();
}

}  // namespace

http::Response handle_policies(const Service& service, const http::Request&) {
  const Book book{service.site, service.notices, service.clock.now()};
  JsonArray policies;
  const PolicyText* before = nullptr;
  for (const PolicyText& policy : service.site.policies) {
    policies.push_back(policy_json(book, policy, before));
    before = &policy;
  }
  return private_json(200, kJson,
                      JsonObject{{"site", service.site.site}, {"policies", std::move(policies)}});
}

http::Response handle_publish_policy(const Service& service, const http::Request& request) {
  const auto body = json_body(request, {kJson});
  if (const auto* refused = std::get_if<http::Response>(&body)) return *refused;
  if (!service.publish_policy) return not_published();
  const PolicyPublication end = service.publish_policy(std::get<JsonValue>(body));
  switch (end.outcome) {
    case PolicyPublication::Outcome::published:
      return version_response(201, end, service.clock.now());
    case PolicyPublication::Outcome::repeated:
      return version_response(200, end, service.clock.now());
    case PolicyPublication::Outcome::taken:
      return http::problem(
          409,
          "Another policy has this version, or a greater one; GET /v1/policies, and give it the "
          "next number or none.",
          {{"/version", "must be greater than that of the newest version"}});
    case PolicyPublication::Outcome::invalid:
      return http::problem(422, "The policy cannot be published.", pointed(end.errors));
    case PolicyPublication::Outcome::failed:
      break;
  }
  log_event(LogLevel::error, "policy_not_published", {{"detail", end.failure}});
  return not_published();
}

}  // namespace consent::server
