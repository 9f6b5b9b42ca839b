#pragma once
// GET /v1/changes: every change of a subject's state, in order, for pipelines that keep a copy or
// must purge.

#include "http/request.h"
#include "http/response.h"
#include "service.h"

namespace consent::server {

// ?after=CURSOR&limit=N&wait=SECONDS&zone=
http::Response handle_changes(const Service& service, const http::Request& request);

}  // namespace consent::server
