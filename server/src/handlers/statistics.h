#pragma once
// Numbers of which no person can be seen in any: GET /v1/stats/usage.

#include "http/request.h"
#include "http/response.h"
#include "service.h"

namespace consent::server {

// ?from=DATE&to=DATE&group_by=
http::Response handle_usage_statistics(const Service& service, const http::Request& request);

}  // namespace consent::server
