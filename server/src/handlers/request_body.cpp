#include "handlers/request_body.h"

#include <algorithm>
#include <string>
#include <utility>

#include "http/fields.h"
#include "http/problem.h"
#include "wire/json_fields.h"

namespace consent::server {
namespace {

constexpr std::string_view kRetryAfterS = "5";

}  // namespace

std::optional<http::Response> refuse_encoded_body(const http::Request& request) {
  const std::string encoding = request.header("Content-Encoding");
  if (encoding.empty() || http::same_field_name(encoding, "identity")) return std::nullopt;
  return http::problem(415, "The body must not be compressed; leave Content-Encoding away.");
}

std::optional<http::Response> refuse_media(const http::Request& request,
                                           std::initializer_list<std::string_view> media_types) {
  if (auto refused = refuse_encoded_body(request)) return refused;
  if (std::find(media_types.begin(), media_types.end(), request.media_type()) ==
      media_types.end()) {
    std::string known;
    for (const std::string_view type : media_types) {
      known += (known.empty() ? "" : " or ") + std::string(type);
    }
    return http::problem(415, "The content type must be " + known + ".");
  }
  return std::nullopt;
}

std::variant<JsonValue, http::Response> json_body(
    const http::Request& request, std::initializer_list<std::string_view> media_types) {
  if (auto refused = refuse_media(request, media_types)) return std::move(*refused);
  JsonParse parsed = parse_json_unplaced(request.body);
  if (parsed.error)
    return http::problem(400, "The body is not valid JSON.", pointed({*parsed.error}));
  return std::move(parsed.value);
}

http::Response storage_unavailable() {
  http::Response response = http::problem(503, "This could not be stored; send it again.");
  response.set("Retry-After", kRetryAfterS);
  return response;
}

}  // namespace consent::server
