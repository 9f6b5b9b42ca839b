#include "handlers/openapi.h"

#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "handlers/not_acceptable.h"
#include "representation/content_coding.h"
#include "representation/entity_tag.h"
#include "representation/gzip.h"
#include "wire/json_document.h"
#include "wire/json_writer.h"

namespace consent::server {
namespace {

constexpr std::array kCodings{ContentCoding::gzip, ContentCoding::identity};

struct Document {
  explicit Document(std::string text)
      : bytes(std::make_shared<const std::string>(std::move(text))), tag(entity_tag(*bytes)) {}
  http::SharedText bytes;
  std::string tag;
};

// The indentation is half of it.
std::string without_indentation(std::string_view json) {
  const JsonParse parsed = parse_json(json);
  if (parsed.error) throw std::logic_error("the OpenAPI document: " + parsed.error->detail);
  return to_json(parsed.value);
}

const Document& document(ContentCoding coding) {
  static const Document plain(without_indentation(openapi_document()));
  static const Document packed(GzipTail(*plain.bytes).after(""));
  return coding == ContentCoding::gzip ? packed : plain;
}

}  // namespace

http::Response handle_openapi(const Service&, const http::Request& request) {
  const auto coding = choose_coding(request.header("Accept-Encoding"), kCodings);
  if (!coding) return nothing_acceptable();
  const Document& answer = document(*coding);
  http::Response response;
  response.set("ETag", answer.tag);
  response.set("Cache-Control", "public, max-age=3600");
  response.set("Vary", "Accept-Encoding");
  if (names_entity_tag(request.header("If-None-Match"), answer.tag)) {
    response.status = 304;
    return response;
  }
  response.set("Content-Type", "application/json");
  if (*coding != ContentCoding::identity) response.set("Content-Encoding", to_text(*coding));
  response.shared_body = answer.bytes;
  return response;
}

}  // namespace consent::server
