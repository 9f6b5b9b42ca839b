#pragma once
// GET and POST /v1/check: the analytics pipeline's question, may I?

#include "http/request.h"
#include "http/response.h"
#include "service.h"

namespace consent::server {

http::Response handle_check_one(const Service& service, const http::Request& request);
http::Response handle_check_many(const Service& service, const http::Request& request);

}  // namespace consent::server
