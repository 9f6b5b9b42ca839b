#pragma once
// The site's policy versions, for the privacy office: GET /v1/policies.

#include "http/request.h"
#include "http/response.h"
#include "service.h"

namespace consent::server {

// All versions, oldest first, with the notices that show them.
http::Response handle_policies(const Service& service, const http::Request& request);

}  // namespace consent::server
