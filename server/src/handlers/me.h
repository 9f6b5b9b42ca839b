#pragma once
// The data subject's own rights, proven by possession of the token.

#include "http/request.h"
#include "http/response.h"
#include "service.h"

namespace consent::server {

// GET /v1/me: everything held on this subject (GDPR art. 15 and 20).
http::Response handle_me(const Service& service, const http::Request& request);

}  // namespace consent::server
