#include "handlers/statistics.h"

#include <mutex>
#include <string>
#include <vector>

#include "events/day_usage.h"
#include "events/event_sink.h"
#include "formats/timestamp.h"
#include "handlers/statistics_period.h"
#include "http/problem.h"
#include "site/site_policy.h"
#include "wire/json_writer.h"

namespace consent::server {
namespace {

JsonValue count_json(const UsageCount& count) {
  return JsonObject{{"events", static_cast<std::int64_t>(count.events)},
                    {"pseudonyms", static_cast<std::int64_t>(count.pseudonyms)}};
}

JsonValue day_json(Date day, const UsageRelease& release) {
  JsonArray cells;
  for (const UsageCell& cell : release.cells) {
    const JsonValue value = cell.value.empty() ? JsonValue() : JsonValue(cell.value);
    cells.push_back(JsonObject{{"value", value},
                               {"events", static_cast<std::int64_t>(cell.count.events)},
                               {"pseudonyms", static_cast<std::int64_t>(cell.count.pseudonyms)}});
  }
  return JsonObject{{"day", to_iso_date(day)},
                    {"cells", std::move(cells)},
                    {"other", release.other ? count_json(*release.other) : JsonValue()}};
}

http::Response count_usage(const Service& service, const StatisticsPeriod& period,
                           UsageGroup group) {
  JsonArray days;
  for (Date day = period.from; day <= period.to; day += std::chrono::days(1)) {
    DayUsage usage(service.site.site, group);
    const auto failure =
        service.sink.read_day(day, [&](std::string_view event) { usage.add(event); });
    if (failure) return statistics_unavailable("The events of a day cannot be read; ask again.");
    days.push_back(day_json(day, usage.release()));
  }
  http::Response response = http::text_response(
      200, "application/json",
      to_json(JsonObject{{"from", to_iso_date(period.from)},
                         {"to", to_iso_date(period.to)},
                         {"group_by", to_text(group)},
                         {"pseudonyms_min", static_cast<std::int64_t>(kUsagePseudonymsMin)},
                         {"days", std::move(days)}}));
  response.set("Cache-Control", "private, no-store");
  return response;
}

}  // namespace

http::Response handle_usage_statistics(const Service& service, const http::Request& request) {
  const Date today = std::chrono::floor<std::chrono::days>(service.clock.now());
  std::vector<http::PointedError> errors;
  const StatisticsPeriod period = read_statistics_period(request, today, errors);
  const UsageGroup group = read_group(request, parse_usage_group, UsageGroup::day,
                                      "day, type, path, referrer, campaign, country, browser, os, "
                                      "device, duration",
                                      errors);
  if (!errors.empty()) return http::problem(422, "The query is not valid.", errors);
  // Reads whole files: one at a time, so that the other workers stay free for checks.
  static std::mutex counting;
  const std::unique_lock turn(counting, std::try_to_lock);
  if (!turn)
    return statistics_unavailable("Another question is being counted; ask again a little later.");
  return count_usage(service, period, group);
}

}  // namespace consent::server
