#pragma once
// GET and POST /v1/check: the analytics pipeline's question, may I?

#include <optional>

#include "http/request.h"
#include "http/response.h"
#include "service.h"

namespace consent::server {

// Nothing when it is asked at once, and memory does not hold the subject's state.
std::optional<http::Response> handle_check_one(const Service& service,
                                               const http::Request& request);
http::Response handle_check_many(const Service& service, const http::Request& request);

}  // namespace consent::server
