#pragma once
// application/x-www-form-urlencoded bodies (WHATWG URL), strictly.

#include <optional>
#include <string_view>

#include "http/request.h"

namespace consent::server {

inline constexpr std::size_t kFormFieldsMax = 64;

// In order. Empty when an escape is malformed, a name is given twice, text is not UTF-8 or holds
// control characters other than line breaks, or there are more than kFormFieldsMax fields.
std::optional<http::Fields> parse_form(std::string_view body);

}  // namespace consent::server
