#pragma once
// How visitors chose, in numbers of which no person can be seen in any: GET /v1/stats/consent.

#include "http/request.h"
#include "http/response.h"
#include "service.h"

namespace consent::server {

// ?from=DATE&to=DATE&group_by=
http::Response handle_consent_statistics(const Service& service, const http::Request& request);

}  // namespace consent::server
