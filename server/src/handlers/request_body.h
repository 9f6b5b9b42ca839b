#pragma once
// What handlers of writes and questions share: reading a JSON body, and the answer when the disk
// fails.

#include <initializer_list>
#include <optional>
#include <string_view>
#include <variant>

#include "http/request.h"
#include "http/response.h"
#include "wire/json_document.h"

namespace consent::server {

// 415 when the body is compressed: it is never unpacked, so that no small body becomes a large one.
std::optional<http::Response> refuse_encoded_body(const http::Request& request);

// 415 when the body is compressed or its media type is none of `media_types`.
std::optional<http::Response> refuse_media(const http::Request& request,
                                           std::initializer_list<std::string_view> media_types);

// The parsed body; else what refuse_media() answers, or 400.
std::variant<JsonValue, http::Response> json_body(
    const http::Request& request, std::initializer_list<std::string_view> media_types);

// 503 with Retry-After: nothing is acknowledged, and the same request may be sent again.
http::Response storage_unavailable();

}  // namespace consent::server
