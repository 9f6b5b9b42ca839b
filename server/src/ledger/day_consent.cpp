#include "ledger/day_consent.h"

#include <algorithm>

namespace consent::server {
namespace {

constexpr std::array<std::string_view, 4> kGroups = {"day", "regime", "language", "layer"};

std::string value_of(const ConsentCount& count, ConsentGroup group) {
  switch (group) {
    case ConsentGroup::regime:
      return std::string(to_text(count.regime));
    case ConsentGroup::language:
      return count.language;
    case ConsentGroup::layer:
      return count.layer == Layer::none ? "" : std::string(to_text(count.layer));
    case ConsentGroup::day:
      break;
  }
  return "";
}

bool has_number(const ConsentCell& cell) {
  return std::any_of(cell.numbers.begin(), cell.numbers.end(),
                     [](const auto& number) { return number.has_value(); });
}

}  // namespace

std::optional<ConsentGroup> parse_consent_group(std::string_view text) {
  const auto found = std::find(kGroups.begin(), kGroups.end(), text);
  if (found == kGroups.end()) return std::nullopt;
  return static_cast<ConsentGroup>(found - kGroups.begin());
}

std::string_view to_text(ConsentGroup group) { return kGroups[static_cast<std::size_t>(group)]; }

void DayConsent::add(const ConsentCount& count) {
  cells_[value_of(count, group_)][static_cast<std::size_t>(count.event)] += count.count;
}

ConsentRelease DayConsent::release() const {
  ConsentRelease release;
  for (const auto& [value, counts] : cells_) release.cells.push_back({.value = value});
  for (std::size_t event = 0; event < kConsentEvents; ++event) {
    std::vector<std::pair<std::uint64_t, ConsentCell*>> ordered;
    for (ConsentCell& cell : release.cells) {
      ordered.emplace_back(cells_.find(cell.value)->second[event], &cell);
    }
    std::stable_sort(ordered.begin(), ordered.end(),
                     [](const auto& left, const auto& right) { return left.first < right.first; });
    std::uint64_t folded = 0;
    for (const auto& [count, cell] : ordered) {
      const bool needed = folded > 0 && folded < kConsentCountMin;
      if (count < kConsentCountMin || needed) {
        folded += count;
      } else {
        cell->numbers[event] = count;
      }
    }
    if (folded >= kConsentCountMin) release.other[event] = folded;
  }
  std::erase_if(release.cells, [](const ConsentCell& cell) { return !has_number(cell); });
  std::stable_sort(release.cells.begin(), release.cells.end(),
                   [](const ConsentCell& left, const ConsentCell& right) {
                     return left.numbers.front().value_or(0) > right.numbers.front().value_or(0);
                   });
  return release;
}

}  // namespace consent::server
