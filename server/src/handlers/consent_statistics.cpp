#include "handlers/consent_statistics.h"

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "formats/timestamp.h"
#include "handlers/statistics_period.h"
#include "http/problem.h"
#include "ledger/day_consent.h"
#include "ledger/ledger.h"
#include "site/site_policy.h"
#include "wire/json_writer.h"

namespace consent::server {
namespace {

// Until then a request that came before midnight may still be on its way to the disk.
constexpr std::chrono::minutes kSettled{1};

JsonValue number_json(const std::optional<std::uint64_t>& number) {
  return number ? JsonValue(static_cast<std::int64_t>(*number)) : JsonValue();
}

// In whole percent of the notices, rounded half up.
JsonValue percent_json(const ConsentNumbers& numbers, ConsentEvent event) {
  const auto& notices = numbers.front();
  const auto& count = numbers[static_cast<std::size_t>(event)];
  if (!notices || !count) return {};
  return static_cast<std::int64_t>((*count * 100 + *notices / 2) / *notices);
}

JsonObject numbers_json(const ConsentNumbers& numbers) {
  JsonObject object;
  for (std::size_t event = 0; event < kConsentEvents; ++event) {
    const std::string_view name = to_text(static_cast<ConsentEvent>(event));
    object.push_back({std::string(name), number_json(numbers[event])});
  }
  object.emplace_back("percent",
                      JsonObject{{"accepted", percent_json(numbers, ConsentEvent::accepted)},
                                 {"partly", percent_json(numbers, ConsentEvent::partly)},
                                 {"refused", percent_json(numbers, ConsentEvent::refused)}});
  return object;
}

JsonValue day_json(Date day, const ConsentRelease& release) {
  JsonArray cells;
  for (const ConsentCell& cell : release.cells) {
    JsonObject object{{"value", cell.value.empty() ? JsonValue() : JsonValue(cell.value)}};
    for (auto& member : numbers_json(cell.numbers)) object.push_back(std::move(member));
    cells.push_back(std::move(object));
  }
  return JsonObject{{"day", to_iso_date(day)},
                    {"cells", std::move(cells)},
                    {"other", numbers_json(release.other)}};
}

http::Response count_consent(const Service& service, const StatisticsPeriod& period,
                             ConsentGroup group) {
  std::map<Date, DayConsent> by_day;
  for (Date day = period.from; day <= period.to; day += std::chrono::days(1)) {
    by_day.emplace(day, group);
  }
  for (const ConsentCount& count :
       service.ledger.consent_counts(service.site.site, period.from, period.to)) {
    by_day.at(count.day).add(count);
  }
  JsonArray days;
  for (const auto& [day, consent] : by_day) days.push_back(day_json(day, consent.release()));
  return http::text_response(
      200, "application/json",
      to_json(JsonObject{{"from", to_iso_date(period.from)},
                         {"to", to_iso_date(period.to)},
                         {"group_by", to_text(group)},
                         {"count_min", static_cast<std::int64_t>(kConsentCountMin)},
                         {"days", std::move(days)}}));
}

}  // namespace

http::Response handle_consent_statistics(const Service& service, const http::Request& request) {
  const Date today = std::chrono::floor<std::chrono::days>(service.clock.now() - kSettled);
  std::vector<http::PointedError> errors;
  const StatisticsPeriod period = read_statistics_period(request, today, errors);
  const ConsentGroup group = read_group(request, parse_consent_group, ConsentGroup::day,
                                        "day, regime, language, layer", errors);
  if (!errors.empty()) return http::problem(422, "The query is not valid.", errors);
  try {
    http::Response response = count_consent(service, period, group);
    response.set("Cache-Control", "private, no-store");
    return response;
  } catch (const std::runtime_error&) {
    return statistics_unavailable("The ledger cannot be read; GET /readyz says why. Ask again.");
  }
}

}  // namespace consent::server
