#pragma once
// The data subject's receipt: proven by the token alone, checked without this service.

#include "http/request.h"
#include "http/response.h"
#include "service.h"

namespace consent::server {

// GET /v1/me/receipt
http::Response handle_receipt(const Service& service, const http::Request& request);

}  // namespace consent::server
