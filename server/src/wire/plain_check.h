#pragma once
// The body of POST /v1/check in the form nearly every pipeline sends, read in one pass and without
// a tree: known members once each, and texts that need no unescaping.

#include <optional>
#include <string_view>

#include "wire/check_request.h"

namespace consent::server {

// Empty for everything else, valid or not: that is read_check()'s to judge. What is read here, it
// reads the same. The entries point into `body`.
std::optional<CheckRequest> read_plain_check(std::string_view body);

}  // namespace consent::server
