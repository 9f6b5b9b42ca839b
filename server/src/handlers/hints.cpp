#include "handlers/hints.h"

#include <string>
#include <utility>

#include "handlers/cached_json.h"
#include "representation/entity_tag.h"
#include "wire/json_writer.h"

namespace consent::server {

http::Response handle_hints(const Service& service, const http::Request& request) {
  std::string body = to_json(
      JsonObject{{"undecided", service.hints.undecided}, {"decided", service.hints.decided}});
  const std::string tag = entity_tag(body);
  return cached_json(request, std::move(body), tag, "no-cache");
}

}  // namespace consent::server
