#pragma once
// POST /v1/pseudonymize: for a pipeline that holds raw events. Each is decided on, reduced and
// answered; nothing of the request is kept.

#include "http/request.h"
#include "http/response.h"
#include "service.h"

namespace consent::server {

http::Response handle_pseudonymise(const Service& service, const http::Request& request);

}  // namespace consent::server
