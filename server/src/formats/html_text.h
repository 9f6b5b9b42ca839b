#pragma once
// Text into HTML.

#include <string>
#include <string_view>

namespace consent::server {

// Safe as element content and inside a double-quoted attribute.
std::string escape_html(std::string_view text);

}  // namespace consent::server
