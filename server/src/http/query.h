#pragma once
// application/x-www-form-urlencoded text, as it stands in a query or a form's body, and the path of
// a target.

#include <string>
#include <string_view>

#include "http/fields.h"

namespace consent::http {

inline constexpr std::size_t kParametersMax = 200;

// "a=1&b=x%20y+z" into `fields`. False when an escape is broken, a name or value holds NUL or is
// not UTF-8, or there are more than kParametersMax parameters.
bool decode_form(std::string_view text, Fields& fields);

// The decoded path of a request target without its query. False when an escape is broken, when it
// decodes to a control character, a further '/', "." or ".." as a segment, or bytes that are not
// UTF-8.
bool decode_path(std::string_view text, std::string& path);

}  // namespace consent::http
