#include "handlers/gpc.h"

#include "site/site_policy.h"
#include "timestamp.h"
#include "wire/json_writer.h"

namespace consent::server {

http::Response handle_gpc(const Service& service, const http::Request&) {
  const TimePoint changed = service.site.in_force(service.clock.now()).effective_at;
  const JsonObject statement{
      {"gpc", true}, {"lastUpdate", to_iso_date(std::chrono::floor<std::chrono::days>(changed))}};
  http::Response response = http::text_response(200, "application/json", to_json(statement));
  response.set("Cache-Control", "public, max-age=86400");
  return response;
}

}  // namespace consent::server
