#include "handlers/hints.h"

#include <string>
#include <utility>

#include "representation/entity_tag.h"
#include "wire/json_writer.h"

namespace consent::server {

http::Response handle_hints(const Service& service, const http::Request& request) {
  std::string body = to_json(
      JsonObject{{"undecided", service.hints.undecided}, {"decided", service.hints.decided}});
  const std::string tag = entity_tag(body);
  http::Response response;
  response.set("ETag", tag);
  response.set("Cache-Control", "no-cache");
  if (names_entity_tag(request.header("If-None-Match"), tag)) {
    response.status = 304;
    return response;
  }
  response.set("Content-Type", "application/json");
  response.body = std::move(body);
  return response;
}

}  // namespace consent::server
