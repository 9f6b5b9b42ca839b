#pragma once
// Which zone's records of the site are copied to which other zone. Off unless the site file says
// so: "replication": {"from": "eu", "to": "us"}.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "consent/ruleset.h"
#include "ledger/copy_direction.h"
#include "wire/json_fields.h"

namespace consent::server {

// Of the site file; none: it is off.
std::optional<CopyDirection> read_replication(JsonFields& root, std::vector<JsonError>& errors);

// Why it cannot be where these zones are held, and what to do; empty: it can.
std::string replication_flaw(const std::optional<CopyDirection>& replication,
                             std::span<const Zone> held);

}  // namespace consent::server
