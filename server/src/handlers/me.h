#pragma once
// The data subject's own rights, proven by possession of the token.

#include "http/request.h"
#include "http/response.h"
#include "service.h"

namespace consent::server {

// GET /v1/me: everything held on this subject (GDPR art. 15 and 20).
http::Response handle_me(const Service& service, const http::Request& request);
// DELETE /v1/me: erased, with a certificate (GDPR art. 17).
http::Response handle_me_erase(const Service& service, const http::Request& request);

// POST and DELETE /v1/me/restrict: nothing is allowed until it is lifted, and nothing destroyed by
// retention (GDPR art. 18).
http::Response handle_me_restrict(const Service& service, const http::Request& request);
http::Response handle_me_release(const Service& service, const http::Request& request);
// POST /v1/me/object: everything optional is denied (GDPR art. 21).
http::Response handle_me_object(const Service& service, const http::Request& request);

}  // namespace consent::server
