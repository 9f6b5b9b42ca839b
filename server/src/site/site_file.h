#pragma once
// A site policy from a file or the bundled one, with errors as lines for an operator.

#include <string>
#include <vector>

#include "clock.h"
#include "config.h"
#include "site/site_policy.h"

namespace consent::server {

struct SiteFile {
  SitePolicy policy;                  // usable only when errors is empty
  std::vector<std::string> errors;    // "FILE:LINE:COLUMN: /pointer what is wrong"
  std::vector<std::string> warnings;  // the same form
};

// With the versions that were published into `data_dir` since (published_policies.h); an empty path
// means the bundled policy. It is also an error when no version is in force at `now`.
SiteFile load_site_file(const std::string& path, const std::string& data_dir, TimePoint now);

// The text of the site file; of the bundled policy for an empty path.
TextFile site_file_text(const std::string& path);

}  // namespace consent::server
