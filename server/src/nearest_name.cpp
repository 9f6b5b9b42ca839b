#include "nearest_name.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace consent::server {
namespace {

constexpr std::size_t kNameBytesMax = 64;
constexpr std::size_t kEditsMax = 2;
using Row = std::array<std::size_t, kNameBytesMax + 1>;

// Optimal string alignment distance.
std::size_t edits_between(std::string_view a, std::string_view b) {
  Row before_last{};
  Row last{};
  Row row{};
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last = last;
    last = row;
  }
  return last[b.size()];
}

}  // namespace

std::string_view nearest_name(std::string_view name, std::span<const std::string> candidates) {
  if (name.size() > kNameBytesMax) return {};
  std::string_view nearest;
  std::size_t fewest = std::min(kEditsMax, (name.size() - (name.empty() ? 0 : 1)) / 2) + 1;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > kNameBytesMax) continue;
    const std::size_t edits = edits_between(name, candidate);
    if (edits >= fewest) continue;
    fewest = edits;
    nearest = candidate;
  }
  return nearest;
}

}  // namespace consent::server
