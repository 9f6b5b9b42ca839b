#include "handlers/statistics_period.h"

#include <optional>
#include <string>

#include "formats/timestamp.h"

namespace consent::server {
namespace {

constexpr std::chrono::days kDaysMax{92};

std::optional<Date> asked_day(const http::Request& request, std::string_view name) {
  const std::string text(request.parameter(name).value_or(""));
  const auto time = parse_rfc3339(text + "T00:00:00Z");
  if (!time) return std::nullopt;
  return std::chrono::floor<std::chrono::days>(*time);
}

}  // namespace

StatisticsPeriod read_statistics_period(const http::Request& request, Date today,
                                        std::vector<http::PointedError>& errors) {
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
  return {from.value_or(Date{}), to.value_or(Date{})};
}

http::Response statistics_unavailable(std::string_view detail) {
  http::Response response = http::problem(503, detail);
  response.set("Retry-After", "5");
  return response;
}

}  // namespace consent::server
