#pragma once
// GET /.well-known/gpc.json: this site honours Global Privacy Control (W3C GPC, "GPC Support
// Resource").

#include "http/request.h"
#include "http/response.h"
#include "service.h"

namespace consent::server {

http::Response handle_gpc(const Service& service, const http::Request& request);

}  // namespace consent::server
