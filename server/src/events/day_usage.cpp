#include "events/day_usage.h"

#include <algorithm>
#include <array>

#include "wire/json_document.h"

namespace consent::server {
namespace {

struct GroupName {
  UsageGroup group;
  std::string_view text;
};
constexpr std::array kGroups = {
    GroupName{UsageGroup::day, "day"},           GroupName{UsageGroup::type, "type"},
    GroupName{UsageGroup::path, "path"},         GroupName{UsageGroup::referrer, "referrer"},
    GroupName{UsageGroup::campaign, "campaign"}, GroupName{UsageGroup::country, "country"},
    GroupName{UsageGroup::browser, "browser"},   GroupName{UsageGroup::os, "os"},
    GroupName{UsageGroup::device, "device"},     GroupName{UsageGroup::duration, "duration"},
};

// "" for null, missing and anything else than text.
std::string_view text_at(const JsonValue& object, std::string_view name) {
  const JsonValue* const value = object.find(name);
  const std::string* const text = value == nullptr ? nullptr : value->string();
  return text == nullptr ? std::string_view() : std::string_view(*text);
}

std::string_view value_of(const JsonValue& event, UsageGroup group) {
  if (group == UsageGroup::day) return {};
  if (group != UsageGroup::campaign) return text_at(event, to_text(group));
  const JsonValue* const campaign = event.find("campaign");
  return campaign == nullptr ? std::string_view() : text_at(*campaign, "source");
}

}  // namespace

std::optional<UsageGroup> parse_usage_group(std::string_view text) {
  for (const GroupName& name : kGroups) {
    if (name.text == text) return name.group;
  }
  return std::nullopt;
}

std::string_view to_text(UsageGroup group) {
  for (const GroupName& name : kGroups) {
    if (name.group == group) return name.text;
  }
  return "";
}

UsageCount DayUsage::Cell::count() const {
  UsageCount count{.events = events};
  for (const auto& [epoch, of_epoch] : pseudonyms) {
    count.pseudonyms = std::max(count.pseudonyms, of_epoch.size());
  }
  return count;
}

void DayUsage::Cell::take(const Cell& other) {
  events += other.events;
  for (const auto& [epoch, of_epoch] : other.pseudonyms) {
    pseudonyms[epoch].insert(of_epoch.begin(), of_epoch.end());
  }
}

DayUsage::Cell& DayUsage::cell_of(std::string_view value) {
  const auto found = cells_.find(value);
  if (found != cells_.end()) return found->second;
  return cells_.size() < kCellsMax ? cells_[std::string(value)] : rest_;
}

void DayUsage::add(std::string_view event_json) {
  const JsonParse parsed = parse_json(event_json);
  if (parsed.error || text_at(parsed.value, "site") != site_) return;
  Cell& cell = cell_of(value_of(parsed.value, group_));
  ++cell.events;
  // Who has no visitor's pseudonym is told apart by the session's.
  std::string_view pseudonym = text_at(parsed.value, "visitor");
  if (pseudonym.empty()) pseudonym = text_at(parsed.value, "session");
  if (pseudonym.empty()) return;
  cell.pseudonyms[std::string(text_at(parsed.value, "key_epoch"))].emplace(pseudonym);
}

UsageRelease DayUsage::release() const {
  UsageRelease release;
  for (const auto& [value, cell] : cells_) release.cells.push_back({value, cell.count()});
  std::stable_sort(release.cells.begin(), release.cells.end(),
                   [](const UsageCell& left, const UsageCell& right) {
                     return left.count.pseudonyms > right.count.pseudonyms;
                   });
  Cell folded = rest_;
  while (!release.cells.empty()) {
    const UsageCell& smallest = release.cells.back();
    const bool is_small = smallest.count.pseudonyms < kUsagePseudonymsMin;
    const UsageCount so_far = folded.count();
    const bool needed = so_far.events > 0 && so_far.pseudonyms < kUsagePseudonymsMin;
    if (!is_small && !needed) break;
    folded.take(cells_.find(smallest.value)->second);
    release.cells.pop_back();
  }
  const UsageCount other = folded.count();
  if (other.pseudonyms >= kUsagePseudonymsMin) release.other = other;
  return release;
}

}  // namespace consent::server
