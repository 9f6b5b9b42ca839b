#pragma once
// What an operator does with a ledger's files. Each returns the exit status and throws
// std::runtime_error with a message for the operator.

#include <string>
#include <vector>

#include "config.h"

namespace consent::server {

int rotate_zone_keys(const Config& config);
int back_up(const Config& config);
int restore(const Config& config);
int verify(const Config& config);

// Those of `zones` that are in the directory; throws when there is none.
std::vector<Zone> zones_in(const std::string& data_dir, const std::vector<Zone>& zones);

}  // namespace consent::server
