#include "visitor/forwarded_header.h"

#include <algorithm>
#include <string>

#include "http/fields.h"

namespace consent::server {
namespace {

// Takes the text up to `separator` outside quoted strings off the front.
std::string_view take_until(std::string_view& text, char separator) {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    if (quoted && text[end] == '\\') {
      end = std::min(end + 1, text.size() - 1);
    } else if (text[end] == '"') {
      quoted = !quoted;
    } else if (text[end] == separator && !quoted) {
      break;
    }
  }
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(std::min(text.size(), end + 1));
  return http::trim_blanks(taken);
}

// A token as it is; a quoted string without quotes and escapes. Empty when a quote is not closed.
std::string unquoted(std::string_view value) {
  if (!value.starts_with('"')) return std::string(value);
  if (value.size() < 2 || !value.ends_with('"')) return {};
  value = value.substr(1, value.size() - 2);
  std::string text;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\\' && i + 1 < value.size()) ++i;
    text += value[i];
  }
  return text;
}

// The value of a parameter of one element; empty when it is absent or there twice.
std::optional<std::string> parameter_of(std::string_view element, std::string_view name) {
  std::optional<std::string> value;
  while (!element.empty()) {
    const std::string_view pair = take_until(element, ';');
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos || !http::same_field_name(pair.substr(0, equals), name))
      continue;
    if (value) return std::nullopt;
    value = unquoted(pair.substr(equals + 1));
  }
  return value;
}

std::optional<IpAddress> address_of(std::string_view element) {
  const auto value = parameter_of(element, "for");
  return value ? IpAddress::parse(*value) : std::nullopt;
}

}  // namespace

ForwardedChain parse_forwarded(std::string_view field_value) {
  ForwardedChain chain;
  while (!field_value.empty()) {
    const std::string_view element = take_until(field_value, ',');
    if (!element.empty()) chain.push_back(address_of(element));
  }
  return chain;
}

std::string parse_forwarded_proto(std::string_view field_value) {
  std::string_view nearest;
  while (!field_value.empty()) {
    const std::string_view element = take_until(field_value, ',');
    if (!element.empty()) nearest = element;
  }
  return parameter_of(nearest, "proto").value_or("");
}

ForwardedChain parse_x_forwarded_for(std::string_view field_value) {
  ForwardedChain chain;
  while (!field_value.empty()) {
    const auto end = std::min(field_value.find(','), field_value.size());
    const std::string_view entry = http::trim_blanks(field_value.substr(0, end));
    field_value.remove_prefix(std::min(field_value.size(), end + 1));
    if (!entry.empty()) chain.push_back(IpAddress::parse(entry));
  }
  return chain;
}

}  // namespace consent::server
