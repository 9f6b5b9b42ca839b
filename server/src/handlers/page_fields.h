#pragma once
// The fields that protect a page.

#include <string_view>

#include "http/response.h"

namespace consent::server {

// What a page of this service says to the browser about itself: where it may load from, that nobody
// may frame or embed it, what it never asks for, and how much of its address others learn.
// `sources` is the beginning of its Content-Security-Policy.
void set_page_fields(std::string_view sources, std::string_view referrer_policy,
                     http::Response& response);

}  // namespace consent::server
