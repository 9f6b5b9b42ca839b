#pragma once
// GET /v1/openapi.json: the contract in OpenAPI 3.1, embedded at build time and served without its
// indentation.

#include <string_view>

#include "http/request.h"
#include "http/response.h"
#include "service.h"

namespace consent::server {

// server/openapi/openapi.json, as it was built.
std::string_view openapi_document();

http::Response handle_openapi(const Service& service, const http::Request& request);

}  // namespace consent::server
