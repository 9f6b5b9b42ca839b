#include "http/response.h"

#include <algorithm>
#include <stdexcept>

namespace consent::http {
namespace {

constexpr std::size_t kUsualFields = 8;

void require_field(std::string_view name, std::string_view value) {
  if (!is_token(name)) throw std::logic_error("response: a header name is not a token");
  if (!is_field_value(value)) {
    throw std::logic_error("response: the value of " + std::string(name) +
                           " holds a control character");
  }
}

}  // namespace

Response& Response::set(std::string_view name, std::string_view value) {
  require_field(name, value);
  headers.erase(
      std::remove_if(headers.begin(), headers.end(),
                     [&](const auto& field) { return same_field_name(field.first, name); }),
      headers.end());
  if (headers.empty()) headers.reserve(kUsualFields);
  headers.emplace_back(name, value);
  return *this;
}

Response& Response::add(std::string_view name, std::string_view value) {
  require_field(name, value);
  if (headers.empty()) headers.reserve(kUsualFields);
  headers.emplace_back(name, value);
  return *this;
}

std::string_view Response::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (same_field_name(key, name)) return value;
  }
  return {};
}

Response text_response(int status, std::string_view media_type, std::string body) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  response.set("Content-Type", media_type);
  return response;
}

}  // namespace consent::http
