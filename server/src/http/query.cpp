#include "http/query.h"

#include <algorithm>
#include <cstddef>

namespace consent::http {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The byte an escape at the front of `text` stands for; -1 when there is none.
int escaped_byte(std::string_view text) {
  if (text.size() < 3) return -1;
  const int high = hex_value(text[1]);
  const int low = hex_value(text[2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

// Text that stands for itself.
bool is_plain(std::string_view text) {
  bool plain = true;
  for (const char c : text) plain &= (c > 0x20) & (c != 0x7F) & (c != '%') & (c != '+');
  return plain;
}

bool decode_component(std::string_view text, std::string& decoded) {
  if (is_plain(text)) {
    decoded = text;
    return true;
  }
  decoded.clear();
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i] == '+' ? ' ' : text[i];
    if (c == '%') {
      const int byte = escaped_byte(text.substr(i));
      if (byte < 0) return false;
      c = static_cast<char>(byte);
      i += 2;
    }
    if (c == '\0') return false;
    decoded += c;
  }
  return is_utf8(decoded);
}

bool has_dot_segment(std::string_view path) {
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::string_view segment = path.substr(0, std::min(path.find('/'), path.size()));
    if (segment == "." || segment == "..") return true;
    path.remove_prefix(segment.size());
  }
  return false;
}

}  // namespace

bool decode_form(std::string_view text, Fields& fields) {
  fields.clear();
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, std::min(text.find('&'), text.size()));
    text.remove_prefix(std::min(pair.size() + 1, text.size()));
    if (pair.empty()) continue;
    if (fields.size() == kParametersMax) return false;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto& [name, value] = fields.emplace_back();
    if (!decode_component(pair.substr(0, equals), name) ||
        !decode_component(pair.substr(std::min(equals + 1, pair.size())), value)) {
      return false;
    }
  }
  return true;
}

bool decode_path(std::string_view text, std::string& path) {
  if (!text.starts_with('/')) return false;
  if (is_plain(text.substr(1))) {
    path = text;
    return !has_dot_segment(path);
  }
  path.clear();
  path.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    int byte = static_cast<unsigned char>(text[i]);
    if (text[i] == '%') {
      byte = escaped_byte(text.substr(i));
      if (byte == '/') return false;
      i += 2;
    }
    if (byte < 0x20 || byte == 0x7F) return false;
    path += static_cast<char>(byte);
  }
  return !has_dot_segment(path) && is_utf8(path);
}

}  // namespace consent::http
