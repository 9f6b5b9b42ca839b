#pragma once
// "Did you mean": the known name closest to a mistyped one.

#include <span>
#include <string>
#include <string_view>

namespace consent::server {

// The candidate with the fewest edits (insert, delete, replace, swap), or empty when none is near:
// at most two edits, and fewer than half of the name. Names over 64 bytes have no neighbours.
std::string_view nearest_name(std::string_view name, std::span<const std::string> candidates);

}  // namespace consent::server
