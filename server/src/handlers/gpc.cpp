#include "handlers/gpc.h"

#include <string>
#include <utility>

#include "formats/timestamp.h"
#include "handlers/cached_json.h"
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
  return cached_json(request, std::move(body), tag, "public, max-age=86400");
}

}  // namespace consent::server
