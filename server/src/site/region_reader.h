#pragma once
// Reads a site's own rules for regions from a site file.

#include <vector>

#include "site/site_policy.h"
#include "wire/json_fields.h"

namespace consent::server {

// The member "regions", which may be missing. What is wrong is appended to `errors`: places without
// a rule in the ruleset, a place listed twice, a rule that loosens without an override or where the
// GDPR or a law that follows it applies. What is only useless is appended to `warnings`: a rule, or
// an override, that changes nothing.
std::vector<SiteRule> read_regions(JsonFields& root, std::vector<JsonError>& errors,
                                   std::vector<JsonError>& warnings);

}  // namespace consent::server
