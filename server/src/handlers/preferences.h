#pragma once
// GET /v1/preferences?return=/path&language=de: the same choices as the banner's, as a plain page
// without script. Its form is read by POST /v1/consents (wire/consent_request.h).

#include <string>
#include <string_view>

#include "http/request.h"
#include "http/response.h"
#include "service.h"

namespace consent::server {

http::Response handle_preferences(const Service& service, const http::Request& request);

// Where to go back to after the form: `wanted` when it is a path of this site ("/..." of printable
// ASCII without backslash or a second leading slash, at most 512 bytes), else the preferences page.
std::string safe_return_path(std::string_view wanted);

}  // namespace consent::server
