#pragma once
// The days that a question for numbers is about: ?from=DATE&to=DATE, both included.

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

// 503 with Retry-After.
http::Response statistics_unavailable(std::string_view detail);

}  // namespace consent::server
