#pragma once
// Which zone's records of the site are copied to which other zone. Off unless the site file says
// so: "replication": {"from": "eu", "to": "us"}.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "consent/ruleset.h"
#include "wire/json_fields.h"

namespace consent::server {

struct Replication {
  Zone from = Zone::eu;
  Zone to = Zone::us;
  friend bool operator==(const Replication&, const Replication&) = default;
};

// Of the site file; none: it is off.
std::optional<Replication> read_replication(JsonFields& root, std::vector<JsonError>& errors);

// Why it cannot be where these zones are held, and what to do; empty: it can.
std::string replication_flaw(const std::optional<Replication>& replication,
                             std::span<const Zone> held);

}  // namespace consent::server
