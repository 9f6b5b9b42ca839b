#pragma once
// How a site was used on one day, in numbers that no person can be seen in: each is of at least ten
// pseudonyms, and what is of fewer is counted together.
//
// A day is released on its own and only when it is over, so that no two questions can be subtracted
// to get at less than a released number. Pseudonyms change every day and two of them may be one
// person: of pseudonyms of several days, those of the day with the most count.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace consent::server {

inline constexpr std::size_t kUsagePseudonymsMin = 10;

// What a day is divided by.
enum class UsageGroup : std::uint8_t {
  day,  // not at all
  type,
  path,
  referrer,
  campaign,  // its source
  country,
  browser,
  os,
  device,
  duration
};
std::optional<UsageGroup> parse_usage_group(std::string_view text);
std::string_view to_text(UsageGroup group);

struct UsageCount {
  std::uint64_t events = 0;
  std::size_t pseudonyms = 0;
  friend bool operator==(const UsageCount&, const UsageCount&) = default;
};

struct UsageCell {
  std::string value;  // empty: the events have none
  UsageCount count;
  friend bool operator==(const UsageCell&, const UsageCell&) = default;
};

struct UsageRelease {
  std::vector<UsageCell> cells;     // the largest first
  std::optional<UsageCount> other;  // empty: nothing was folded, or not enough to be told
  friend bool operator==(const UsageRelease&, const UsageRelease&) = default;
};

class DayUsage {
 public:
  DayUsage(std::string site, UsageGroup group) : site_(std::move(site)), group_(group) {}

  // An event as the sink has it. What is no event of this site is passed over.
  void add(std::string_view event_json);

  // Cells of fewer than kUsagePseudonymsMin are folded into `other`, and then the smallest of the
  // rest until `other` has as many. A day on which even all together are fewer releases nothing.
  UsageRelease release() const;

 private:
  struct Cell {
    std::uint64_t events = 0;
    std::map<std::string, std::set<std::string>, std::less<>> pseudonyms;  // by key epoch
    UsageCount count() const;
    void take(const Cell& other);
  };
  Cell& cell_of(std::string_view value);

  // Values that come after so many are in `rest_`, so that invented ones cost no memory.
  static constexpr std::size_t kCellsMax = 10'000;

  const std::string site_;
  const UsageGroup group_;
  std::map<std::string, Cell, std::less<>> cells_;
  Cell rest_;
};

}  // namespace consent::server
