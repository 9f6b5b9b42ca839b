#include "handlers/openapi.h"

#include <array>

#include "handlers/not_acceptable.h"
#include "representation/content_coding.h"
#include "representation/entity_tag.h"
#include "representation/gzip.h"

namespace consent::server {
namespace {

constexpr std::array kCodings{ContentCoding::gzip, ContentCoding::identity};

struct Document {
  std::string bytes;
  std::string tag;
};

const Document& document(ContentCoding coding) {
  const auto with_tag = [](std::string bytes) {
    std::string tag = entity_tag(bytes);
    return Document{std::move(bytes), std::move(tag)};
  };
  static const Document plain = with_tag(std::string(openapi_document()));
  static const Document packed = with_tag(GzipTail(openapi_document()).after(""));
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
  response.body = answer.bytes;
  return response;
}

}  // namespace consent::server
