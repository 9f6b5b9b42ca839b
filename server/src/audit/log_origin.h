#pragma once
// What a zone's log is called, in its checkpoints and as the name of its key.

#include <string>

#include "consent/ruleset.h"

namespace consent::server {

inline std::string log_origin(const std::string& site, Zone zone) {
  return site + "/consent/" + std::string(to_text(zone));
}

}  // namespace consent::server
