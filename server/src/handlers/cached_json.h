#pragma once
// A JSON document that caches keep and ask for again by its entity tag (RFC 9110 13.1.2).

#include <string>
#include <string_view>

#include "http/request.h"
#include "http/response.h"

namespace consent::server {

// 304 without a body when the request names `tag`, a strong entity tag with its quotes.
http::Response cached_json(const http::Request& request, std::string json, std::string_view tag,
                           std::string_view cache_control);

}  // namespace consent::server
