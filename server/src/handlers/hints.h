#pragma once
// GET /v1/hints: what a site's own server may put into a 103 or its pages' Link field.

#include "http/request.h"
#include "http/response.h"
#include "service.h"

namespace consent::server {

http::Response handle_hints(const Service& service, const http::Request& request);

}  // namespace consent::server
