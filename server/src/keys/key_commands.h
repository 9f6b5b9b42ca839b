#pragma once
// What an operator does with the keys of the internal listener's callers. Each returns the exit
// status and throws std::runtime_error with a message for the operator. Also beside a running
// service, which sees the change with the next request.

#include "config.h"

namespace consent::server {

int issue_key(const Config& config);   // prints the key
int list_keys(const Config& config);   // a line each, the revoked ones too; never a key or its hash
int revoke_key(const Config& config);  // the one whose id is config.key_id

}  // namespace consent::server
