#pragma once
// The site's policy versions, for the privacy office: GET and POST /v1/policies.

#include "http/request.h"
#include "http/response.h"
#include "service.h"

namespace consent::server {

// All versions, oldest first, with the notices that show them.
http::Response handle_policies(const Service& service, const http::Request& request);

// One more: 201 when it is stored, in every log, and known to the next request; 200 when it was.
http::Response handle_publish_policy(const Service& service, const http::Request& request);

}  // namespace consent::server
