#pragma once
// The days that a question for numbers is about: ?from=DATE&to=DATE, both included.

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "consent/ruleset.h"
#include "http/problem.h"
#include "http/request.h"
#include "http/response.h"

namespace consent::server {

struct StatisticsPeriod {
  Date from{};
  Date to{};
};

// Days that are over, at most 92. Adds to `errors` what is wrong. `today` is the first that is not
// over.
StatisticsPeriod read_statistics_period(const http::Request& request, Date today,
                                        std::vector<http::PointedError>& errors);

// What `parse` makes of ?group_by=NAME, `unless` there is none. Adds to `errors` which `names`
// there are when it is none of them, or stands there twice.
template <typename Group>
Group read_group(const http::Request& request, std::optional<Group> (*parse)(std::string_view),
                 Group unless, std::string_view names, std::vector<http::PointedError>& errors) {
  const bool asked = std::any_of(request.query.begin(), request.query.end(),
                                 [](const auto& one) { return one.first == "group_by"; });
  if (!asked) return unless;
  const auto group = parse(request.parameter("group_by").value_or(""));
  if (!group) errors.push_back({"/group_by", "must be one of " + std::string(names) + ", once"});
  return group.value_or(unless);
}

// 503 with Retry-After.
http::Response statistics_unavailable(std::string_view detail);

}  // namespace consent::server
