#pragma once
// The privacy office's register of data subjects' requests: /v1/requests.

#include <string>

#include "http/request.h"
#include "http/response.h"
#include "service.h"

namespace consent::server {

// 201 with the request and its deadlines; 200 when it was brought before under the same id.
http::Response handle_register_request(const Service& service, const http::Request& request);
// By when they are due; `state`, `due_before`, `subject`, `after`, `limit`.
http::Response handle_requests(const Service& service, const http::Request& request);
http::Response handle_request(const Service& service, const http::Request& request);
// 409 for a step that cannot follow.
http::Response handle_change_request(const Service& service, const http::Request& request);

// For Prometheus: how many are open and overdue. Empty when the register cannot be read.
std::string request_gauges(const Service& service);

}  // namespace consent::server
