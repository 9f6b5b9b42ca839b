#pragma once
// The privacy office acts on a subject it was told the id of.

#include "http/request.h"
#include "http/response.h"
#include "service.h"

namespace consent::server {

// POST /v1/subjects/{subject}/erase
http::Response handle_erase(const Service& service, const http::Request& request);
// POST and DELETE /v1/subjects/{subject}/restrict (GDPR art. 18)
http::Response handle_restrict(const Service& service, const http::Request& request);
http::Response handle_release(const Service& service, const http::Request& request);
// PUT and DELETE /v1/subjects/{subject}/hold: a legal hold, which nothing that destroys gets past
// (GDPR art. 17(3)(e)).
http::Response handle_hold(const Service& service, const http::Request& request);
http::Response handle_unhold(const Service& service, const http::Request& request);
// GET /v1/certificates/{id}: a certificate of destruction again.
http::Response handle_certificate(const Service& service, const http::Request& request);

}  // namespace consent::server
