#pragma once
// Who may call: wrappers that routes.cpp puts around handlers.

#include <optional>

#include "http/router.h"
#include "keys/api_keys.h"
#include "service.h"

namespace consent::server {

// 401 with WWW-Authenticate without a known API key, 403 when it lacks the scope.
http::Handler authorised(const Service& service, Scope scope, http::Handler handler);

// CORS for exactly the site's origins: adds Access-Control-Allow-Origin and -Credentials, and Vary:
// Origin to every answer. A write from any other origin is 403; a request without Origin passes.
http::Handler cross_origin(const Service& service, http::Handler handler);

// 403 without an Origin that is one of the site's: nobody else's page, and nothing that is no page,
// exercises a visitor's rights with a cookie.
http::Handler from_own_pages(const Service& service, http::Handler handler);

// Answers a preflight: 204 for the site's origins with `methods` ("POST"), 403 for others.
http::Handler preflight(const Service& service, std::string_view methods);

// 429 with Retry-After when the client's network, or all of them together, ask too fast for what
// costs the disk something; empty otherwise.
std::optional<http::Response> refuse_rate(const Service& service, const http::Request& request);
// Takes a token each time it is asked: for what a worker answers.
http::Handler rate_limited(const Service& service, http::Handler handler);

}  // namespace consent::server
