#include "handlers/hints.h"

#include <string>
#include <utility>

#include "entity_tag.h"
#include "http/problem.h"
#include "site/preload_hints.h"
#include "site/site_policy.h"
#include "wire/json_writer.h"

namespace consent::server {

http::Response handle_hints(const Service& service, const http::Request& request) {
  const std::optional<std::string_view> site = request.parameter("site");
  if (!site) {
    return http::problem(422, "The query must name the site once.",
                         {{"/site", "is missing or repeated"}});
  }
  if (*site != service.site.site) return http::problem(404, "This service does not know the site.");
  const std::string_view language = request.parameter("language").value_or("");
  const PreloadHints hints = preload_hints(service.web_files, notice_query(*site, language));
  std::string body =
      to_json(JsonObject{{"undecided", hints.undecided}, {"decided", hints.decided}});
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
