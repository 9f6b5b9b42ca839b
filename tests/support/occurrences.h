#pragma once
// How often a text stands in another.

#include <cstddef>
#include <string_view>

namespace consent::testing {

// Without overlaps; `part` is not empty.
inline std::size_t occurrences(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

}  // namespace consent::testing
