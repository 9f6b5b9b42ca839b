#include "http/request.h"

#include <algorithm>
#include <utility>

namespace consent::http {

std::string Request::header(std::string_view name) const {
  const std::string_view separator = same_field_name(name, "Cookie") ? "; " : ", ";
  std::string joined;
  bool first = true;
  for (const auto& [key, value] : headers) {
    if (!same_field_name(key, name)) continue;
    if (!first) joined += separator;
    joined += value;
    first = false;
  }
  return joined;
}

std::string_view Request::single_header(std::string_view name) const {
  std::string_view found;
  bool sent = false;
  for (const auto& [key, value] : headers) {
    if (!same_field_name(key, name)) continue;
    if (std::exchange(sent, true)) return {};
    found = value;
  }
  return found;
}

bool Request::has_header(std::string_view name) const {
  return std::any_of(headers.begin(), headers.end(),
                     [&](const auto& field) { return same_field_name(field.first, name); });
}

std::optional<std::string_view> Request::parameter(std::string_view name) const {
  std::optional<std::string_view> found;
  for (const auto& [key, value] : query) {
    if (key != name) continue;
    if (found) return std::nullopt;
    found = value;
  }
  return found;
}

std::string_view Request::path_parameter(std::string_view name) const {
  for (const auto& [key, value] : path_parameters) {
    if (key == name) return value;
  }
  return {};
}

std::string Request::media_type() const {
  const std::string content_type = header("Content-Type");
  const std::string_view whole = content_type;
  std::string type(trim_blanks(whole.substr(0, std::min(whole.find(';'), whole.size()))));
  for (char& c : type) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return type;
}

}  // namespace consent::http
