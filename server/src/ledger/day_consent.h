#pragma once
// How the visitors of one day chose, in numbers that no person can be seen in: each is of at least
// ten, and what is of fewer is counted together.
//
// Each number is folded by itself: of `refused` the cells with fewer than ten, and then the
// smallest of the rest until together they are ten. So neither another cell nor the whole day can
// be subtracted to get at less. No number of a cell is the sum of its others.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ledger/consent_counts.h"

namespace consent::server {

inline constexpr std::uint64_t kConsentCountMin = 10;

// What a day is divided by.
enum class ConsentGroup : std::uint8_t { day, regime, language, layer };
std::optional<ConsentGroup> parse_consent_group(std::string_view text);
std::string_view to_text(ConsentGroup group);

// By ConsentEvent; empty: fewer than kConsentCountMin, or folded.
using ConsentNumbers = std::array<std::optional<std::uint64_t>, kConsentEvents>;

struct ConsentCell {
  std::string value;  // empty: it is not divided, or this was not counted by the group
  ConsentNumbers numbers = {};
  friend bool operator==(const ConsentCell&, const ConsentCell&) = default;
};

struct ConsentRelease {
  std::vector<ConsentCell> cells;  // with a number at least; those with most notices first
  ConsentNumbers other = {};
  friend bool operator==(const ConsentRelease&, const ConsentRelease&) = default;
};

class DayConsent {
 public:
  explicit DayConsent(ConsentGroup group) : group_(group) {}
  void add(const ConsentCount& count);
  ConsentRelease release() const;

 private:
  using Counts = std::array<std::uint64_t, kConsentEvents>;

  const ConsentGroup group_;
  std::map<std::string, Counts, std::less<>> cells_;
};

}  // namespace consent::server
