#pragma once
// GET /v1/preferences?return=/path&language=de: the same choices as the banner's, as a plain page
// without script. Its form is read by POST /v1/consents (wire/consent_request.h).

#include "http/request.h"
#include "http/response.h"
#include "service.h"

namespace consent::server {

http::Response handle_preferences(const Service& service, const http::Request& request);

}  // namespace consent::server
