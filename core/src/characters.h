#pragma once
// ASCII character classes, without a locale.

#include <string_view>

namespace consent {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_letter(char c) { return is_lower(c) || is_upper(c); }
constexpr bool is_alphanumeric(char c) { return is_letter(c) || is_digit(c); }
constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }

constexpr char to_upper(char c) { return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c; }
constexpr char to_lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

// 0 to 15, or 16 for what is no hexadecimal digit.
constexpr unsigned hex_value(char c) {
  if (is_digit(c)) return static_cast<unsigned>(c - '0');
  const char lower = to_lower(c);
  return lower >= 'a' && lower <= 'f' ? static_cast<unsigned>(lower - 'a') + 10 : 16;
}

// The part from `begin` on, `size` long; cut to what is there (string_view::substr may throw).
constexpr std::string_view slice(std::string_view text, std::size_t begin, std::size_t size) {
  if (begin > text.size()) begin = text.size();
  if (size > text.size() - begin) size = text.size() - begin;
  return {text.data() + begin, size};
}

constexpr std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// Takes what stands before the first `end`, and that, off the text; everything when there is none.
constexpr std::string_view take_until(std::string_view& text, char end) {
  std::size_t size = 0;
  while (size < text.size() && text[size] != end) ++size;
  const std::string_view part = slice(text, 0, size);
  text = slice(text, size + 1, text.size());
  return part;
}

constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (to_lower(a[i]) != to_lower(b[i])) return false;
  }
  return true;
}

}  // namespace consent
