#include "site/material_change.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace consent::server {
namespace {

using Recipients = std::set<std::tuple<std::string, std::string, std::string>>;

Recipients recipients_of(const PurposeInfo& info) {
  Recipients recipients;
  for (const ServiceInfo& service : info.services) {
    recipients.emplace(service.id, service.recipient, service.country);
  }
  return recipients;
}

}  // namespace

const PurposeInfo* find_purpose(const PolicyText& policy, Purpose purpose) {
  const auto found = std::find_if(policy.purposes.begin(), policy.purposes.end(),
                                  [&](const PurposeInfo& info) { return info.purpose == purpose; });
  return found == policy.purposes.end() ? nullptr : &*found;
}

bool agree_on(const PolicyText& a, const PolicyText& b, Purpose purpose) {
  const PurposeInfo* in_a = find_purpose(a, purpose);
  const PurposeInfo* in_b = find_purpose(b, purpose);
  return in_a != nullptr && in_b != nullptr && a.controller == b.controller &&
         in_a->legal_basis == in_b->legal_basis && recipients_of(*in_a) == recipients_of(*in_b);
}

void settle_material_since(std::vector<PolicyText>& policies) {
  for (auto current = policies.begin(); current != policies.end(); ++current) {
    for (const PurposeInfo& info : current->purposes) {
      auto oldest = current;
      while (oldest != policies.begin() && agree_on(*std::prev(oldest), *current, info.purpose)) {
        --oldest;
      }
      current->material_since[static_cast<std::size_t>(info.purpose)] = oldest->version;
    }
  }
}

bool is_material_change(const PolicyText& before, const PolicyText& after) {
  return std::any_of(after.purposes.begin(), after.purposes.end(), [&](const PurposeInfo& info) {
    return !agree_on(before, after, info.purpose);
  });
}

}  // namespace consent::server
