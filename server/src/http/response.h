#pragma once
// One HTTP response. Content-Length, Date and Connection are the listener's business.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/request.h"

namespace consent::http {

struct Response {
  int status = 200;
  Fields headers;
  std::string body;

  // Replaces a field. Control characters in the value are a programming error and abort.
  Response& set(std::string_view name, std::string_view value);
  // Adds a field beside those of the same name (Set-Cookie).
  Response& add(std::string_view name, std::string_view value);
  std::string_view header(std::string_view name) const;
};

Response text_response(int status, std::string_view media_type, std::string body);

}  // namespace consent::http
