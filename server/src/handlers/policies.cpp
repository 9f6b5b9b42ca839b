#include "handlers/policies.h"

#include <string>

#include "site/material_change.h"
#include "site/notice.h"
#include "site/site_policy.h"
#include "timestamp.h"
#include "wire/json_writer.h"

namespace consent::server {
namespace {

std::string_view state_of(const PolicyText& policy, const PolicyText& in_force) {
  if (policy.version == in_force.version) return "in_force";
  return policy.version < in_force.version ? "past" : "upcoming";
}

JsonValue policy_json(const Service& service, const PolicyText& policy, const PolicyText* before) {
  JsonObject since;
  for (const PurposeInfo& info : policy.purposes) {
    since.push_back({std::string(to_text(info.purpose)),
                     policy.material_since[static_cast<std::size_t>(info.purpose)]});
  }
  JsonObject notices;
  for (const auto& [language, words] : service.site.text) {
    notices.push_back({language, service.notices.find(policy.version, language).id});
  }
  const PolicyText& in_force = service.site.in_force(service.clock.now());
  return JsonObject{{"version", policy.version},
                    {"state", state_of(policy, in_force)},
                    {"published_at", to_rfc3339(policy.published_at)},
                    {"effective_at", to_rfc3339(policy.effective_at)},
                    {"controller", policy.controller},
                    {"material", before == nullptr || is_material_change(*before, policy)},
                    {"material_since", std::move(since)},
                    {"notices", std::move(notices)}};
}

}  // namespace

http::Response handle_policies(const Service& service, const http::Request&) {
  JsonArray policies;
  const PolicyText* before = nullptr;
  for (const PolicyText& policy : service.site.policies) {
    policies.push_back(policy_json(service, policy, before));
    before = &policy;
  }
  http::Response response = http::text_response(
      200, "application/json",
      to_json(JsonObject{{"site", service.site.site}, {"policies", std::move(policies)}}));
  response.set("Cache-Control", "private, no-store");
  return response;
}

}  // namespace consent::server
