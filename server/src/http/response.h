#pragma once
// One HTTP response. Content-Length, Date and Connection are the listener's business.

#include <memory>
#include <string>
#include <string_view>

#include "http/request.h"

namespace consent::http {

// A text that is the same in many answers.
using SharedText = std::shared_ptr<const std::string>;

struct Response {
  int status = 200;
  Fields headers;
  std::string body;
  // The body instead of `body`, when it is set. A long one is sent from where it stands: a client
  // that does not read holds no copy of it.
  SharedText shared_body;

  // The body, whichever it is.
  std::string_view content() const {
    return shared_body == nullptr ? std::string_view(body) : std::string_view(*shared_body);
  }

  // Replaces a field. A name that is no token or a control character in the value is a programming
  // error: std::logic_error, which the router answers with 500.
  Response& set(std::string_view name, std::string_view value);
  // Adds a field beside those of the same name (Set-Cookie).
  Response& add(std::string_view name, std::string_view value);
  std::string_view header(std::string_view name) const;
};

Response text_response(int status, std::string_view media_type, std::string body);

}  // namespace consent::http
