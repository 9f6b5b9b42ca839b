#pragma once
// Reading one cookie out of a Cookie request header or document.cookie (RFC 6265bis, server side).

#include <string_view>

namespace consent {

enum class CookieLookup : unsigned char { absent, found, ambiguous };

struct CookieValue {
  CookieLookup lookup = CookieLookup::absent;
  std::string_view value;  // into the input; only when found
};

// Finds the cookie of exactly this name, in a header of any length, linear in it. Split fields must
// be joined with "; " before. The same value twice is found once; two different values are
// ambiguous, which callers treat as no cookie at all (fail closed).
CookieValue find_cookie(std::string_view cookie_header, std::string_view name);

}  // namespace consent
