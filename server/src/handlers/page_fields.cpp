#include "handlers/page_fields.h"

#include <string>

namespace consent::server {

void set_page_fields(std::string_view sources, std::string_view referrer_policy,
                     http::Response& response) {
  response.set(
      "Content-Security-Policy",
      std::string(sources) + "; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
  response.set("Cross-Origin-Resource-Policy", "same-origin");
  response.set("Permissions-Policy",
               "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()");
  response.set("Referrer-Policy", referrer_policy);
}

}  // namespace consent::server
