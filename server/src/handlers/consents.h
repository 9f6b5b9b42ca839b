#pragma once
// POST /v1/consents: records one decision and answers with the record and the visitor's token; the
// same as a form.

#include "http/request.h"
#include "http/response.h"
#include "service.h"

namespace consent::server {

http::Response handle_consents(const Service& service, const http::Request& request);

}  // namespace consent::server
