#include "handlers/cached_json.h"

#include <utility>

#include "representation/entity_tag.h"

namespace consent::server {

http::Response cached_json(const http::Request& request, std::string json, std::string_view tag,
                           std::string_view cache_control) {
  http::Response response;
  response.set("ETag", tag);
  response.set("Cache-Control", cache_control);
  if (names_entity_tag(request.header("If-None-Match"), tag)) {
    response.status = 304;
    return response;
  }
  response.set("Content-Type", "application/json");
  response.body = std::move(json);
  return response;
}

}  // namespace consent::server
