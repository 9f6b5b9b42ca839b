#pragma once
// GET /v1/preferences?return=/path&language=de: the same choices as the banner's, as a plain page without script.
// Its form is what POST /v1/consents reads as application/x-www-form-urlencoded: site, event, ticket, notice,
// policy, language, action (the button), choices.<purpose> = "granted" or "denied", return; layer is "preferences".

#include "http/request.h"
#include "http/response.h"
#include "service.h"

namespace consent::server {

http::Response handle_preferences(const Service& service, const http::Request& request);

// A path on this site to go back to after the form: `wanted` when it is "/..." without control characters,
// backslashes or a second leading slash, at most 512 bytes; else "/v1/preferences".
std::string safe_return_path(std::string_view wanted);

}  // namespace consent::server
