#include "handlers/static_files.h"

#include <algorithm>
#include <vector>

#include "handlers/not_acceptable.h"
#include "handlers/page_fields.h"
#include "http/problem.h"
#include "representation/entity_tag.h"
#include "representation/weighted_list.h"
#include "site/web_files.h"

namespace consent::server {
namespace {

constexpr std::size_t kAcceptBytesMax = 1024;

// The demo's pages run the banner and nothing from elsewhere, and where it stands, the inline
// script of wasm/src/early_script.ts.
std::string page_sources(const WebFile& page) {
  std::string sources = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'";
  if (page.codings.front().bytes->find("<script data-early=") != std::string::npos) {
    sources += " 'sha256-Ou0Y42dtbe3PN1CGkqFg9Fv8PGyFZNdKzwkvkwyQgGQ='";
  }
  return sources + "; style-src 'self'; connect-src 'self'; img-src 'self' data:";
}

bool is_page(const WebFile& file) { return file.media_type.starts_with("text/html"); }

// Banner and modules are made for other origins' pages, those that isolate themselves included.
void set_file_fields(const WebFile& file, http::Response& response) {
  if (is_page(file)) {
    set_page_fields(page_sources(file), "strict-origin-when-cross-origin", response);
  } else {
    response.set("Cross-Origin-Resource-Policy", "cross-origin");
  }
}

// What the banner of a demo page will ask for, by whether the visitor has decided.
void set_hints(const Service& service, const http::Request& request, http::Response& response) {
  const bool decided = request.header("Cookie").find("dp_consent") != std::string::npos;
  const std::string& links = decided ? service.hints.decided : service.hints.undecided;
  if (!links.empty()) response.set("Link", links);
  response.set("Vary", "Accept-Encoding, Cookie");
}

// Only a browser that opens a page names the type: what stands for anything means a program.
bool asks_for_page(const http::Request& request) {
  const std::string accepted = request.header("Accept");
  const std::vector<Weighted> types = parse_weighted_list(accepted, kAcceptBytesMax);
  return std::any_of(types.begin(), types.end(), [](const Weighted& type) {
    return type.thousandths > 0 && http::same_field_name(type.item, "text/html");
  });
}

// The demo has a page of its own for what is not there; a program that asks, and the API's own
// paths, get a problem document.
http::Response not_found(const Service& service, const http::Request& request) {
  const WebFile* page =
      request.path.starts_with("/v1/") ? nullptr : service.web_files.find("/404.html");
  const bool shown = page != nullptr && asks_for_page(request);
  http::Response response;
  if (!shown) response = http::problem(404, "There is nothing at this path.");
  if (page != nullptr) response.set("Vary", "Accept");
  if (!shown) return response;
  response.status = 404;
  response.set("Content-Type", page->media_type);
  response.set("Cache-Control", "no-cache");
  set_file_fields(*page, response);
  response.shared_body = page->codings.front().bytes;
  return response;
}

}  // namespace

http::Response handle_static_file(const Service& service, const http::Request& request) {
  const WebFile* file = service.web_files.find(request.path);
  if (file == nullptr) return not_found(service, request);
  const WebFile::Encoded* encoded = choose_coding(*file, request.header("Accept-Encoding"));
  if (encoded == nullptr) return nothing_acceptable();
  http::Response response;
  response.set("ETag", encoded->etag);
  response.set("Vary", "Accept-Encoding");
  if (is_page(*file)) set_hints(service, request, response);
  response.set("Accept-Ranges", "none");  // a Range is answered with the whole
  response.set("Cache-Control",
               file->immutable ? "public, max-age=31536000, immutable" : "no-cache");
  // A 304 replaces fields of the stored answer (RFC 9111, 4.3.4): those that protect it stay away.
  if (names_entity_tag(request.header("If-None-Match"), encoded->etag)) {
    response.status = 304;
    return response;
  }
  response.set("Content-Type", file->media_type);
  if (encoded->coding != ContentCoding::identity) {
    response.set("Content-Encoding", to_text(encoded->coding));
  }
  set_file_fields(*file, response);
  response.shared_body = encoded->bytes;
  return response;
}

}  // namespace consent::server
