#include "consent/cookie_header.h"

namespace consent {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Takes what stands before the first `end` (or everything) off the text.
std::string_view take_until(std::string_view& text, char end) {
  const std::size_t size = text.find(end);
  const std::string_view part{text.data(), size == text.npos ? text.size() : size};
  text.remove_prefix(size == text.npos ? text.size() : size + 1);
  return part;
}

}  // namespace

CookieValue find_cookie(std::string_view cookie_header, std::string_view name) {
  CookieValue found;
  if (name.empty()) return found;
  while (!cookie_header.empty()) {
    std::string_view pair = take_until(cookie_header, ';');
    if (pair.find('=') == pair.npos) continue;
    if (trimmed(take_until(pair, '=')) != name) continue;
    const std::string_view value = trimmed(pair);
    if (found.lookup == CookieLookup::found && found.value != value) {
      return {CookieLookup::ambiguous, {}};
    }
    found = {CookieLookup::found, value};
  }
  return found;
}

}  // namespace consent
