#pragma once
// A site policy from a file or the bundled one, with errors as lines for an operator.

#include <string>
#include <vector>

#include "clock.h"
#include "site/site_policy.h"

namespace consent::server {

struct SiteFile {
  SitePolicy policy;                  // usable only when errors is empty
  std::vector<std::string> errors;    // "FILE:LINE:COLUMN: /pointer what is wrong"
  std::vector<std::string> warnings;  // the same form
};

// An empty path means the bundled policy. It is also an error when no version is in force at `now`.
SiteFile load_site_file(const std::string& path, TimePoint now);

}  // namespace consent::server
