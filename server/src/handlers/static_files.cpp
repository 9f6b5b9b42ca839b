#include "handlers/static_files.h"

#include "entity_tag.h"
#include "http/problem.h"
#include "site/web_files.h"

namespace consent::server {
namespace {

// The demo's pages run the banner and nothing from elsewhere.
constexpr std::string_view kPagePolicy =
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src "
    "'self'; "
    "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

void set_page_headers(const WebFile& file, http::Response& response) {
  response.set("X-Content-Type-Options", "nosniff");
  if (!file.media_type.starts_with("text/html")) return;
  response.set("Content-Security-Policy", kPagePolicy);
  response.set("Referrer-Policy", "strict-origin-when-cross-origin");
}

// The demo has a page of its own for what is not there; the API answers with a problem document.
http::Response not_found(const Service& service, const http::Request& request) {
  const WebFile* page =
      request.path.starts_with("/v1/") ? nullptr : service.web_files.find("/404.html");
  if (page == nullptr) return http::problem(404, "There is nothing at this path.");
  http::Response response = http::text_response(404, page->media_type, page->codings.front().bytes);
  response.set("Cache-Control", "no-cache");
  set_page_headers(*page, response);
  return response;
}

}  // namespace

http::Response handle_static_file(const Service& service, const http::Request& request) {
  const WebFile* file = service.web_files.find(request.path);
  if (file == nullptr) return not_found(service, request);
  const WebFile::Encoded* encoded = choose_coding(*file, request.header("Accept-Encoding"));
  if (encoded == nullptr) {
    return http::problem(406, "Accept-Encoding refuses every encoding this file has.")
        .set("Vary", "Accept-Encoding");
  }
  http::Response response;
  response.set("ETag", encoded->etag);
  response.set("Vary", "Accept-Encoding");
  response.set("Cache-Control",
               file->immutable ? "public, max-age=31536000, immutable" : "no-cache");
  if (names_entity_tag(request.header("If-None-Match"), encoded->etag)) {
    response.status = 304;
    return response;
  }
  response.set("Content-Type", file->media_type);
  if (encoded->coding != ContentCoding::identity) {
    response.set("Content-Encoding", to_text(encoded->coding));
  }
  set_page_headers(*file, response);
  response.body = encoded->bytes;
  return response;
}

}  // namespace consent::server
