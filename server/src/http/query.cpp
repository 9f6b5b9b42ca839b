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

std::optional<std::string> decode_component(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i] == '+' ? ' ' : text[i];
    if (c == '%') {
      const int byte = escaped_byte(text.substr(i));
      if (byte < 0) return std::nullopt;
      c = static_cast<char>(byte);
      i += 2;
    }
    if (c == '\0') return std::nullopt;
    decoded += c;
  }
  if (!is_utf8(decoded)) return std::nullopt;
  return decoded;
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

std::optional<Fields> decode_form(std::string_view text) {
  Fields fields;
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, std::min(text.find('&'), text.size()));
    text.remove_prefix(std::min(pair.size() + 1, text.size()));
    if (pair.empty()) continue;
    if (fields.size() == kParametersMax) return std::nullopt;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = decode_component(pair.substr(0, equals));
    auto value = decode_component(pair.substr(std::min(equals + 1, pair.size())));
    if (!name || !value) return std::nullopt;
    fields.emplace_back(std::move(*name), std::move(*value));
  }
  return fields;
}

std::optional<std::string> decode_path(std::string_view path) {
  std::string decoded;
  decoded.reserve(path.size());
  for (std::size_t i = 0; i < path.size(); ++i) {
    int byte = static_cast<unsigned char>(path[i]);
    if (path[i] == '%') {
      byte = escaped_byte(path.substr(i));
      if (byte == '/') return std::nullopt;
      i += 2;
    }
    if (byte < 0x20 || byte == 0x7F) return std::nullopt;
    decoded += static_cast<char>(byte);
  }
  if (!decoded.starts_with('/') || has_dot_segment(decoded) || !is_utf8(decoded)) {
    return std::nullopt;
  }
  return decoded;
}

}  // namespace consent::http
