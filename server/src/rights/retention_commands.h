#pragma once
// consentd retention sweep: what the service does once a day, by hand or to see what it would do.

#include "config.h"

namespace consent::server {

// Returns the exit status; throws std::runtime_error with a message for the operator. Where a
// service holds the data directory it is the service that sweeps; a dry run reads beside it.
int sweep_by_hand(const Config& config);

}  // namespace consent::server
