#pragma once
// Publishing a version of the site's policy while the service runs: checked as the site file is,
// stored, logged, in force on its day.

#include <functional>
#include <string>
#include <vector>

#include "clock.h"
#include "site/site_policy.h"
#include "wire/json_document.h"

namespace consent::server {

struct PolicyPublication {
  enum class Outcome : std::uint8_t {
    published,
    repeated,  // it was published before, the same
    taken,     // its number is another version's, or below the newest one's
    invalid,   // see errors
    failed     // see failure; nothing has changed
  };
  Outcome outcome = Outcome::failed;
  PolicyVersion version = 0;      // of published and repeated
  SitePolicy site;                // with that version
  std::vector<JsonError> errors;  // pointers into what was brought
  std::string failure;            // for the operator
};

// How far the `published_at` of who publishes may be from the service's clock.
inline constexpr std::chrono::minutes kPublicationSkewMax{5};

// `policy` is a version as a site file has it, where `site` may be added, `version` left out (the
// next number) and `published_at` left out (now). `renew` puts in force what the files say and
// makes it durable in the logs, or throws; then the files are as they were. One call at a time, and
// no other reading of the files meanwhile.
PolicyPublication publish_policy(const std::string& site_file, const std::string& data_dir,
                                 const JsonValue& policy, TimePoint now,
                                 const std::function<void()>& renew);

}  // namespace consent::server
