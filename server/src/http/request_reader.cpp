#include "http/request_reader.h"

#include <algorithm>
#include <array>

#include "crypto/clean_memory.h"
#include "http/query.h"

namespace consent::http {
namespace {

using server::wipe_text;

constexpr std::size_t kKeptBodyBytes = 16 * 1024;
constexpr std::size_t kMethodAndVersionBytes = 32;

constexpr std::array<std::string_view, 7> kMethods = {"GET",   "HEAD",   "POST",   "PUT",
                                                      "PATCH", "DELETE", "OPTIONS"};

bool is_visible(char c) { return c > 0x20 && c < 0x7F; }

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// An element that was removed leaves its short texts in the vector's memory.
void wipe_fields(Fields& fields) {
  for (auto& [name, value] : fields) {
    wipe_text(name);
    wipe_text(value);
  }
  fields.clear();
}

bool starts_with_scheme(std::string_view target, std::string_view scheme) {
  return target.size() > scheme.size() && same_field_name(target.substr(0, scheme.size()), scheme);
}

}  // namespace

std::size_t RequestReader::feed(std::string_view bytes) {
  const std::size_t offered = bytes.size();
  while (!bytes.empty() && progress_.stage != Stage::complete &&
         progress_.stage != Stage::refused) {
    if (progress_.stage == Stage::sized_body || progress_.stage == Stage::chunk_data) {
      take_body(bytes);
    } else if (!take_line(bytes)) {
      break;
    }
  }
  return offered - bytes.size();
}

// Keeps the memory of its texts for the next request, and nothing of what stood there.
void RequestReader::reset() {
  wipe_fields(request_.query);
  wipe_fields(request_.headers);
  wipe_fields(request_.path_parameters);
  for (std::string* text :
       {&request_.method, &request_.path, &request_.body, &request_.id, &line_, &authority_}) {
    wipe_text(*text);
  }
  if (request_.body.capacity() > kKeptBodyBytes) request_.body = {};
  request_.route = {};
  request_.peer = {};
  request_.secure = false;
  request_.arrived = {};
  request_.at_once = false;
  request_.turn = 0;
  progress_ = {};
}

bool RequestReader::expects_continue() const {
  if (!progress_.says_continue || progress_.http_1_0 || !request_.body.empty()) return false;
  return progress_.stage == Stage::sized_body ||
         (progress_.stage == Stage::chunk_size && line_.empty());
}

bool RequestReader::keeps_alive() const {
  return !progress_.says_close && (!progress_.http_1_0 || progress_.says_keep_alive);
}

void RequestReader::refuse(int status, std::string_view detail) {
  if (progress_.stage == Stage::refused) return;
  progress_.stage = Stage::refused;
  progress_.error = {status, detail};
}

std::size_t RequestReader::line_bytes_max() const {
  if (progress_.stage == Stage::request_line)
    return limits_.target_bytes_max + kMethodAndVersionBytes;
  if (progress_.stage == Stage::chunk_size) return limits_.chunk_extension_bytes_max + 18;
  if (progress_.stage == Stage::chunk_end) return 2;
  return limits_.header_bytes_max - std::min(progress_.head_bytes, limits_.header_bytes_max);
}

// Moves one line, or the part of it that is here, out of `bytes`; false when the line is not
// complete.
bool RequestReader::take_line(std::string_view& bytes) {
  if (progress_.stage == Stage::request_line && line_.empty() && bytes.front() != '\r' &&
      !is_token(bytes.substr(0, 1))) {
    refuse(400, "The request does not start with a method.");
    return false;
  }
  const std::size_t end = bytes.find('\n');
  const std::size_t length = end == std::string_view::npos ? bytes.size() : end + 1;
  if (line_.size() + length > line_bytes_max()) {
    switch (progress_.stage) {
      case Stage::request_line:
        refuse(414, "The request target is too long.");
        break;
      case Stage::chunk_size:
      case Stage::chunk_end:
        refuse(400, "The chunked body is malformed.");
        break;
      default:
        refuse(431, "The request's header fields are too large.");
    }
    return false;
  }
  std::string_view line = bytes.substr(0, length);
  bytes.remove_prefix(length);
  if (end == std::string_view::npos || !line_.empty()) {
    line_ += line;
    line = line_;
  }
  if (end == std::string_view::npos) return false;
  if (progress_.stage != Stage::chunk_size && progress_.stage != Stage::chunk_end)
    progress_.head_bytes += line.size();
  if (!line.ends_with("\r\n")) {
    refuse(400, "A line does not end in CR LF.");
  } else {
    on_line(line.substr(0, line.size() - 2));
  }
  line_.clear();
  return true;
}

void RequestReader::on_line(std::string_view line) {
  switch (progress_.stage) {
    case Stage::request_line:
      return on_request_line(line);
    case Stage::fields:
      return line.empty() ? on_head_end() : on_field(line);
    case Stage::chunk_size:
      return on_chunk_size(line);
    case Stage::chunk_end:
      if (!line.empty()) return refuse(400, "A chunk is longer than it says.");
      progress_.stage = Stage::chunk_size;
      return;
    case Stage::trailers:
      return on_trailer(line);
    case Stage::sized_body:
    case Stage::chunk_data:
    case Stage::complete:
    case Stage::refused:
      return;
  }
}

void RequestReader::on_request_line(std::string_view line) {
  if (line.empty()) {
    // RFC 9112, 2.2: one empty line before the request is the leftover of an old client's body.
    if (progress_.blank_seen) return refuse(400, "The request does not start with a method.");
    progress_.blank_seen = true;
    return;
  }
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) {
    return refuse(400, "The request line is not method, target and version.");
  }
  progress_.stage = Stage::fields;
  on_version(line.substr(last + 1));
  on_method(line.substr(0, first));
  on_target(line.substr(first + 1, last - first - 1));
}

void RequestReader::on_version(std::string_view version) {
  const auto digit = [&](std::size_t i) { return version[i] >= '0' && version[i] <= '9'; };
  if (version.size() != 8 || !version.starts_with("HTTP/") || !digit(5) || version[6] != '.' ||
      !digit(7)) {
    return refuse(400, "The request line does not name an HTTP version.");
  }
  if (version[5] != '1' || version[7] > '1') {
    return refuse(505, "This server speaks HTTP/1.1.");
  }
  progress_.http_1_0 = version[7] == '0';
}

void RequestReader::on_method(std::string_view method) {
  if (!is_token(method)) return refuse(400, "The method is malformed.");
  if (std::find(kMethods.begin(), kMethods.end(), method) == kMethods.end()) {
    return refuse(501, "This server does not know the method.");
  }
  request_.method = method;
}

void RequestReader::on_target(std::string_view target) {
  if (target.size() > limits_.target_bytes_max) {
    return refuse(414, "The request target is too long.");
  }
  if (target.find('#') != std::string_view::npos ||
      !std::all_of(target.begin(), target.end(), is_visible)) {
    return refuse(400, "The request target holds a byte that must be escaped.");
  }
  if (target.starts_with('/')) return on_origin_target(target);
  if (target != "*") return on_absolute_target(target);
  if (request_.method != "OPTIONS") return refuse(400, "Only OPTIONS takes the target \"*\".");
  request_.path = "*";
}

// RFC 9112, 3.2.2: the target's host counts and the Host field does not.
void RequestReader::on_absolute_target(std::string_view target) {
  if (starts_with_scheme(target, "http://")) {
    target.remove_prefix(7);
  } else if (starts_with_scheme(target, "https://")) {
    target.remove_prefix(8);
  } else {
    return refuse(400, "The request target is neither a path nor an http URI.");
  }
  const std::size_t end = std::min(target.find_first_of("/?"), target.size());
  authority_ = target.substr(0, end);
  if (!is_authority(authority_)) {
    return refuse(400, "The request target's host is malformed.");
  }
  const std::string_view rest = target.substr(end);
  if (rest.starts_with('/')) return on_origin_target(rest);
  on_origin_target("/" + std::string(rest));
}

void RequestReader::on_origin_target(std::string_view target) {
  const std::size_t question = std::min(target.find('?'), target.size());
  if (!decode_path(target.substr(0, question), request_.path)) {
    return refuse(400, "The path is malformed.");
  }
  if (!decode_form(target.substr(std::min(question + 1, target.size())), request_.query)) {
    return refuse(400, "The query is malformed.");
  }
}

void RequestReader::on_field(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
    return refuse(400, "A header field's name is malformed.");
  }
  const std::string_view value = trim_blanks(line.substr(colon + 1));
  if (!is_field_value(value)) return refuse(400, "A header field holds a control character.");
  if (request_.headers.size() == limits_.fields_max) {
    return refuse(431, "The request has too many header fields.");
  }
  request_.headers.emplace_back(line.substr(0, colon), value);
  on_known_field(line.substr(0, colon), value);
}

void RequestReader::on_known_field(std::string_view name, std::string_view value) {
  if (same_field_name(name, "Host")) {
    // RFC 9110, 7.2: empty where the target has no authority.
    const bool good = value.empty() || is_authority(value);
    if (++progress_.hosts > 1 || !good) refuse(400, "The Host field is malformed.");
  } else if (same_field_name(name, "Content-Length")) {
    on_content_length(value);
  } else if (same_field_name(name, "Transfer-Encoding")) {
    if (progress_.chunked || progress_.http_1_0 || !same_field_name(value, "chunked")) {
      return refuse(400, "The only Transfer-Encoding this server takes is \"chunked\".");
    }
    progress_.chunked = true;
  } else if (same_field_name(name, "Connection")) {
    progress_.says_close = progress_.says_close || list_names(value, "close");
    progress_.says_keep_alive = progress_.says_keep_alive || list_names(value, "keep-alive");
  } else if (same_field_name(name, "Expect")) {
    if (!same_field_name(value, "100-continue")) {
      return refuse(417, "The only expectation this server meets is \"100-continue\".");
    }
    progress_.says_continue = true;
  }
}

void RequestReader::on_content_length(std::string_view value) {
  const bool digits = !value.empty() && std::all_of(value.begin(), value.end(),
                                                    [](char c) { return c >= '0' && c <= '9'; });
  if (progress_.has_length || !digits) return refuse(400, "The Content-Length is malformed.");
  progress_.has_length = true;
  for (const char c : value) {
    progress_.body_left = progress_.body_left * 10 + static_cast<std::size_t>(c - '0');
    if (progress_.body_left > limits_.body_bytes_max) return refuse(413, "The body is too large.");
  }
}

void RequestReader::on_head_end() {
  if (progress_.has_length && progress_.chunked) {
    return refuse(400, "Content-Length and Transfer-Encoding exclude each other.");
  }
  if (progress_.hosts == 0 && !progress_.http_1_0) return refuse(400, "The Host field is missing.");
  if (!authority_.empty()) {
    for (auto& [name, value] : request_.headers) {
      if (same_field_name(name, "Host")) value = authority_;
    }
    if (progress_.hosts == 0) request_.headers.emplace_back("Host", authority_);
  }
  progress_.stage = progress_.chunked         ? Stage::chunk_size
                    : progress_.body_left > 0 ? Stage::sized_body
                                              : Stage::complete;
}

void RequestReader::take_body(std::string_view& bytes) {
  const std::size_t count = std::min(bytes.size(), progress_.body_left);
  request_.body.append(bytes.substr(0, count));
  bytes.remove_prefix(count);
  progress_.body_left -= count;
  if (progress_.body_left > 0) return;
  progress_.stage = progress_.stage == Stage::sized_body ? Stage::complete : Stage::chunk_end;
}

void RequestReader::on_chunk_size(std::string_view line) {
  const std::size_t digits =
      std::min(line.find_first_not_of("0123456789abcdefABCDEF"), line.size());
  const std::string_view extension = line.substr(digits);
  if (digits == 0 || digits > 16 || (!extension.empty() && extension.front() != ';') ||
      !is_field_value(extension)) {
    return refuse(400, "A chunk's size is malformed.");
  }
  progress_.extension_bytes += extension.size();
  if (progress_.extension_bytes > limits_.chunk_extension_bytes_max) {
    return refuse(400, "The chunk extensions are too large.");
  }
  const std::size_t room = limits_.body_bytes_max - request_.body.size();
  progress_.body_left = 0;
  for (const char c : line.substr(0, digits)) {
    progress_.body_left = progress_.body_left * 16 + static_cast<std::size_t>(hex_value(c));
    if (progress_.body_left > room) return refuse(413, "The body is too large.");
  }
  progress_.stage = progress_.body_left == 0 ? Stage::trailers : Stage::chunk_data;
}

// Trailers are checked and dropped: nothing here has a use for a field that comes after the body.
void RequestReader::on_trailer(std::string_view line) {
  if (line.empty()) {
    progress_.stage = Stage::complete;
    return;
  }
  const std::size_t colon = std::min(line.find(':'), line.size());
  if (colon == line.size() || !is_token(line.substr(0, colon)) ||
      !is_field_value(line.substr(colon))) {
    return refuse(400, "A trailer field is malformed.");
  }
  if (++progress_.trailers > limits_.fields_max)
    refuse(431, "The request has too many trailer fields.");
}

}  // namespace consent::http
