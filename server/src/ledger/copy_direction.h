#pragma once
// From which zone to which other records are copied.

#include "consent/ruleset.h"

namespace consent::server {

struct CopyDirection {
  Zone from = Zone::eu;
  Zone to = Zone::us;
  friend bool operator==(const CopyDirection&, const CopyDirection&) = default;
};

}  // namespace consent::server
