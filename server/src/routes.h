#pragma once
// Which handler answers which path, on which listener, for whom. The .cpp reads as the API.

#include "http/router.h"
#include "service.h"

namespace consent::server {

// The handlers keep a reference to `service`, which must outlive the routers. Requests are counted
// in its metrics.
void add_public_routes(const Service& service, http::Router& router);
void add_internal_routes(const Service& service, http::Router& router);

}  // namespace consent::server
