#include "handlers/statistics.h"

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "events/day_usage.h"
#include "events/event_sink.h"
#include "http/problem.h"
#include "site/site_policy.h"
#include "timestamp.h"
#include "wire/json_writer.h"

namespace consent::server {
namespace {

constexpr std::chrono::days kDaysMax{92};

struct Period {
  Date from{};
  Date to{};  // inclusive
  UsageGroup group = UsageGroup::day;
};

std::optional<Date> asked_day(const http::Request& request, std::string_view name) {
  const std::string text(request.parameter(name).value_or(""));
  const auto time = parse_rfc3339(text + "T00:00:00Z");
  if (!time) return std::nullopt;
  return std::chrono::floor<std::chrono::days>(*time);
}

std::vector<http::PointedError> read_period(const http::Request& request, Date today,
                                            Period& period) {
  std::vector<http::PointedError> errors;
  const auto from = asked_day(request, "from");
  const auto to = asked_day(request, "to");
  if (!from) errors.push_back({"/from", "must be a day such as 2026-11-23, once"});
  if (!to) {
    errors.push_back({"/to", "must be a day such as 2026-11-23, once"});
  } else if (*to >= today) {
    errors.push_back({"/to", "must be a day that is over (UTC): a day is released as a whole"});
  } else if (from && (*from > *to || *to - *from >= kDaysMax)) {
    errors.push_back({"/to", "must be the first day or one of the 91 after it"});
  }
  period.from = from.value_or(Date{});
  period.to = to.value_or(Date{});
  for (const auto& [name, value] : request.query) {
    if (name != "group_by") continue;
    const auto group = parse_usage_group(request.parameter("group_by").value_or(""));
    period.group = group.value_or(UsageGroup::day);
    if (group) continue;
    errors.push_back({"/group_by",
                      "must be one of day, type, path, referrer, campaign, country, browser, os, "
                      "device, duration, once"});
    break;
  }
  return errors;
}

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

http::Response unavailable(std::string_view detail) {
  http::Response response = http::problem(503, detail);
  response.set("Retry-After", "5");
  return response;
}

http::Response count_usage(const Service& service, const Period& period) {
  JsonArray days;
  for (Date day = period.from; day <= period.to; day += std::chrono::days(1)) {
    DayUsage usage(service.site.site, period.group);
    const auto failure =
        service.sink.read_day(day, [&](std::string_view event) { usage.add(event); });
    if (failure) return unavailable("The events of a day cannot be read; ask again.");
    days.push_back(day_json(day, usage.release()));
  }
  http::Response response = http::text_response(
      200, "application/json",
      to_json(JsonObject{{"from", to_iso_date(period.from)},
                         {"to", to_iso_date(period.to)},
                         {"group_by", to_text(period.group)},
                         {"pseudonyms_min", static_cast<std::int64_t>(kUsagePseudonymsMin)},
                         {"days", std::move(days)}}));
  response.set("Cache-Control", "private, no-store");
  return response;
}

}  // namespace

http::Response handle_usage_statistics(const Service& service, const http::Request& request) {
  const Date today = std::chrono::floor<std::chrono::days>(service.clock.now());
  Period period;
  const auto errors = read_period(request, today, period);
  if (!errors.empty()) return http::problem(422, "The query is not valid.", errors);
  // Reads whole files: one at a time, so that the other workers stay free for checks.
  static std::mutex counting;
  const std::unique_lock turn(counting, std::try_to_lock);
  if (!turn) return unavailable("Another question is being counted; ask again a little later.");
  return count_usage(service, period);
}

}  // namespace consent::server
