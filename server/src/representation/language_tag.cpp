#include "representation/language_tag.h"

#include <algorithm>

namespace consent::server {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

bool is_language_tag(std::string_view tag) {
  if (tag.size() > kLanguageBytesMax) return false;
  bool primary = true;
  while (true) {
    const std::size_t end = std::min(tag.find('-'), tag.size());
    const std::string_view subtag = tag.substr(0, end);
    if (subtag.empty() || subtag.size() > 8 || (primary && subtag.size() < 2)) return false;
    const bool fits = std::all_of(subtag.begin(), subtag.end(), [&](char c) {
      return is_letter(c) || (!primary && is_digit(c));
    });
    if (!fits) return false;
    if (end == tag.size()) return true;
    tag.remove_prefix(end + 1);
    primary = false;
  }
}

bool is_same_language_tag(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace consent::server
