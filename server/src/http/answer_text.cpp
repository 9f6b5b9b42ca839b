#include "http/answer_text.h"

#include <array>
#include <charconv>

#include "http/http_date.h"
#include "http/http_library.h"

namespace consent::http {
namespace {

// A short body leaves with its fields, in one call of the kernel.
constexpr std::size_t kCopiedBytesMax = 16 * 1024;
constexpr std::string_view kDataPolicy = "default-src 'none'; frame-ancestors 'none'";

bool is_listeners_own(std::string_view name) {
  for (const std::string_view own : {"Content-Length", "Connection", "Date", "Keep-Alive",
                                     "Transfer-Encoding", "Server", "X-Content-Type-Options"}) {
    if (same_field_name(name, own)) return true;
  }
  return false;
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

void append_number(std::string& out, std::size_t number) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

// Data runs nothing and is framed by nobody, wherever a browser opens it. A 304 says nothing of it:
// it would replace what the stored answer says.
bool is_data(const Response& response) {
  const std::string_view type = response.header("Content-Type");
  return type.starts_with("application/json") || type.starts_with("application/problem+json") ||
         type.starts_with("application/ld+json") || type.starts_with("application/x-ndjson") ||
         type.starts_with("text/plain");
}

void append_length(const Processed& request, const Response& response, std::size_t body_bytes,
                   std::string& out) {
  if (response.status == 204 || response.status == 304) return;
  const std::string_view stated =
      request.method == "HEAD" ? response.header("Content-Length") : std::string_view();
  out.append("Content-Length: ");
  if (stated.empty()) {
    append_number(out, body_bytes);
  } else {
    out.append(stated);
  }
  out.append("\r\n");
}

}  // namespace

void append_fields(const Processed& request, const Response& response, std::size_t body_bytes,
                   std::string& out) {
  for (const auto& [name, value] : response.headers) {
    if (!is_listeners_own(name)) append_field(out, name, value);
  }
  append_length(request, response, body_bytes, out);
  append_field(out, "Date", http_date_now());
  append_field(out, "X-Content-Type-Options", "nosniff");
  if (is_data(response)) append_field(out, "Content-Security-Policy", kDataPolicy);
  if (request.persistence == Persistence::close ||
      list_names(response.header("Connection"), "close")) {
    append_field(out, "Connection", "close");
  } else if (request.persistence == Persistence::keep_alive_1_0) {
    append_field(out, "Connection", "keep-alive");
  }
  out += "\r\n";
}

bool stays_in_place(const Response& response) {
  return response.shared_body != nullptr && response.shared_body->size() > kCopiedBytesMax;
}

void append_answer(const Processed& request, const Response& response, Outgoing& out) {
  out.wire.append("HTTP/1.1 ");
  append_number(out.wire, static_cast<std::size_t>(response.status));
  out.wire.append(" ").append(reason_phrase(response.status)).append("\r\n");
  append_fields(request, response, response.content().size(), out.wire);
  if (request.method == "HEAD") return;
  if (stays_in_place(response)) {
    out.rest = response.shared_body;
  } else {
    out.wire.append(response.content());
  }
}

}  // namespace consent::http
