#include "consent/cookie_header.h"

#include "characters.h"

namespace consent {

CookieValue find_cookie(std::string_view cookie_header, std::string_view name) {
  CookieValue found;
  if (name.empty()) return found;
  while (!cookie_header.empty()) {
    std::string_view pair = take_until(cookie_header, ';');
    const std::size_t pair_size = pair.size();
    const std::string_view pair_name = take_until(pair, '=');
    const bool nameless = pair_name.size() == pair_size;  // no '=': the pair is all value
    if (nameless || trimmed(pair_name) != name) continue;
    const std::string_view value = trimmed(pair);
    if (found.lookup == CookieLookup::found && found.value != value) {
      return {CookieLookup::ambiguous, {}};
    }
    found = {CookieLookup::found, value};
  }
  return found;
}

}  // namespace consent
