#pragma once
// A comma-separated header field whose members carry a quality: Accept-Language, Accept-Encoding.

#include <cstddef>
#include <string_view>
#include <vector>

namespace consent::server {

struct Weighted {
  std::string_view item;   // into the field, blanks trimmed
  int thousandths = 1000;  // q, 0 to 1000; 0 means "not acceptable"
};

// In the order given. Members that are empty or whose q is malformed are skipped. At most
// `bytes_max` bytes and 32 members are read; a member cut by that limit is dropped.
std::vector<Weighted> parse_weighted_list(std::string_view field, std::size_t bytes_max);

}  // namespace consent::server
