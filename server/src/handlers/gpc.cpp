#include "handlers/gpc.h"

#include <string>
#include <utility>

#include "formats/timestamp.h"
#include "representation/entity_tag.h"
#include "site/site_policy.h"
#include "wire/json_writer.h"

namespace consent::server {

http::Response handle_gpc(const Service& service, const http::Request& request) {
  const TimePoint changed = service.site.in_force(service.clock.now()).effective_at;
  const JsonObject statement{
      {"gpc", true}, {"lastUpdate", to_iso_date(std::chrono::floor<std::chrono::days>(changed))}};
  std::string body = to_json(statement);
  const std::string tag = entity_tag(body);
  http::Response response;
  response.set("ETag", tag);
  response.set("Cache-Control", "public, max-age=86400");
  if (names_entity_tag(request.header("If-None-Match"), tag)) {
    response.status = 304;
    return response;
  }
  response.set("Content-Type", "application/json");
  response.body = std::move(body);
  return response;
}

}  // namespace consent::server
