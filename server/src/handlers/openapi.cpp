#include "handlers/openapi.h"

#include "entity_tag.h"

namespace consent::server {

http::Response handle_openapi(const Service&, const http::Request& request) {
  static const std::string tag = entity_tag(openapi_document());
  http::Response response;
  response.set("ETag", tag);
  response.set("Cache-Control", "public, max-age=3600");
  if (names_entity_tag(request.header("If-None-Match"), tag)) {
    response.status = 304;
    return response;
  }
  response.set("Content-Type", "application/json");
  response.body = std::string(openapi_document());
  return response;
}

}  // namespace consent::server
