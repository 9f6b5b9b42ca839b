#pragma once
// What an operator asks: GET /healthz, /readyz, /metrics.

#include "http/request.h"
#include "http/response.h"
#include "service.h"

namespace consent::server {

http::Response handle_healthz(const Service& service, const http::Request& request);
http::Response handle_readyz(const Service& service, const http::Request& request);
http::Response handle_metrics(const Service& service, const http::Request& request);

}  // namespace consent::server
