#pragma once
// POST /v1/events: analytics events, decided on at arrival, reduced, pseudonymised, passed to the
// sink or dropped.

#include "http/request.h"
#include "http/response.h"
#include "service.h"

namespace consent::server {

http::Response handle_events(const Service& service, const http::Request& request);

}  // namespace consent::server
