#include "site/site_policy.h"

#include <algorithm>
#include <cstdlib>

namespace consent::server {

const PolicyText& SitePolicy::in_force(TimePoint now) const {
  if (policies.empty()) std::abort();
  const auto later = std::find_if(policies.begin(), policies.end(), [&](const PolicyText& policy) {
    return policy.effective_at > now;
  });
  return later == policies.begin() ? policies.front() : *std::prev(later);
}

const PolicyText* SitePolicy::upcoming(TimePoint now) const {
  const PolicyText& current = in_force(now);
  const PolicyText* next = &current + 1;
  return next == policies.data() + policies.size() ? nullptr : next;
}

const PolicyText* SitePolicy::find(PolicyVersion version) const {
  const auto found = std::find_if(policies.begin(), policies.end(), [&](const PolicyText& policy) {
    return policy.version == version;
  });
  return found == policies.end() ? nullptr : &*found;
}

PolicyInForce SitePolicy::reduced(TimePoint now) const {
  const PolicyText& current = in_force(now);
  return {.version = current.version, .material_since = current.material_since};
}

bool SitePolicy::allows_origin(std::string_view origin) const {
  return std::find(origins.begin(), origins.end(), origin) != origins.end();
}

}  // namespace consent::server
