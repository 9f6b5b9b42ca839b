#pragma once
// Header fields and query parameters: ordered pairs of text, and the syntax RFC 9110 gives them.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace consent::http {

// In the order received. Header names compare without case, query parameters with it.
using Fields = std::vector<std::pair<std::string, std::string>>;

bool same_field_name(std::string_view a, std::string_view b);
// 1*tchar (RFC 9110, 5.6.2).
bool is_token(std::string_view text);
// Visible characters, spaces, tabs and bytes over 0x7F; no other control character (RFC 9110, 5.5).
bool is_field_value(std::string_view text);
std::string_view trim_blanks(std::string_view text);
// Host, or host and port, as the Host field of an http request has it (RFC 9110, 7.2), without
// escapes and commas: those have more than one reading.
bool is_authority(std::string_view text);
// Whether a comma-separated list such as Connection's names `token`.
bool list_names(std::string_view list, std::string_view token);
// Well-formed UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates.
bool is_utf8(std::string_view text);

}  // namespace consent::http
