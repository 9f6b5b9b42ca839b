#pragma once
// The keys of a data directory, copied somewhere else: what a backup of the records does not hold.
// Pseudonym keys are not among them, since they must be gone after two days, nor are the logs' own,
// with which nobody else may sign.

#include <cstddef>
#include <string>

namespace consent::server {

// Copies keys/token.*.key, keys/ticket.*.key, keys/api_keys.jsonl and zones/*/keys/*.key from one
// directory to the same places in another, durably. What is there already must be the same. The
// number of files copied. Throws std::runtime_error with a message for the operator.
std::size_t copy_keys(const std::string& from, const std::string& to);

}  // namespace consent::server
