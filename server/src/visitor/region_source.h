#pragma once
// Where a visitor's region came from: the evidence for the regime that was applied.

#include <cstdint>
#include <string_view>

namespace consent::server {

// Numbers are in records and tickets, and never reused.
enum class RegionSource : std::uint8_t { unknown = 0, geo_db = 1, edge_header = 2 };
std::string_view to_text(RegionSource source);

}  // namespace consent::server
