#pragma once
// Reads one HTTP/1.1 request out of a stream of bytes, however they are cut, and refuses everything
// two readers could understand differently: what it accepts has exactly one meaning (RFC 9112).
// Knows nothing of sockets and time.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/request.h"

namespace consent::http {

struct ReaderLimits {
  std::size_t header_bytes_max = 16 * 1024;  // request line and fields; trailers count too
  std::size_t body_bytes_max = 64 * 1024;
  std::size_t target_bytes_max = 8 * 1024;
  std::size_t fields_max = 100;
  std::size_t chunk_extension_bytes_max = 1024;  // of all chunks of a request together
};

// Why a request was refused; the text is ours and shown to the client.
struct ReadError {
  int status = 0;
  std::string_view detail;
};

class RequestReader {
 public:
  explicit RequestReader(const ReaderLimits& limits) : limits_(limits) {}

  // Takes what belongs to this request and answers how many bytes that was: all of them, unless it
  // is complete or refused. Afterwards the rest belongs to the next request, or to nobody.
  std::size_t feed(std::string_view bytes);
  // Makes ready for the next request; keeps small buffers.
  void reset();

  bool is_untouched() const {
    return progress_.stage == Stage::request_line && line_.empty() && !progress_.blank_seen;
  }
  bool is_complete() const { return progress_.stage == Stage::complete; }
  bool is_refused() const { return progress_.stage == Stage::refused; }
  bool has_head() const {
    return progress_.stage > Stage::fields && progress_.stage != Stage::refused;
  }
  // The client waits for "100 Continue" before it sends the body.
  bool expects_continue() const;
  const ReadError& error() const { return progress_.error; }

  // Valid once has_head(); the body once is_complete(). `peer` is left alone.
  Request& request() { return request_; }
  bool is_http_1_0() const { return progress_.http_1_0; }
  bool keeps_alive() const;

 private:
  enum class Stage : std::uint8_t {
    request_line,
    fields,
    sized_body,
    chunk_size,
    chunk_data,
    chunk_end,
    trailers,
    complete,
    refused
  };

  struct Progress {
    Stage stage = Stage::request_line;
    ReadError error;
    std::size_t head_bytes = 0;
    std::size_t trailers = 0;
    std::size_t extension_bytes = 0;
    std::size_t body_left = 0;  // of the sized body or the chunk
    std::uint8_t hosts = 0;
    bool blank_seen = false;
    bool http_1_0 = false;
    bool has_length = false;
    bool chunked = false;
    bool says_close = false;
    bool says_keep_alive = false;
    bool says_continue = false;
  };

  bool take_line(std::string_view& bytes);
  std::size_t line_bytes_max() const;
  void refuse(int status, std::string_view detail);
  void on_line(std::string_view line);
  void on_request_line(std::string_view line);
  void on_method(std::string_view method);
  void on_target(std::string_view target);
  void on_absolute_target(std::string_view target);
  void on_origin_target(std::string_view target);
  void on_version(std::string_view version);
  void on_field(std::string_view line);
  void on_known_field(std::string_view name, std::string_view value);
  void on_content_length(std::string_view value);
  void on_head_end();
  void on_chunk_size(std::string_view line);
  void on_trailer(std::string_view line);
  void take_body(std::string_view& bytes);

  ReaderLimits limits_;
  std::string line_;  // of the line being read, what has arrived
  Request request_;
  std::string authority_;  // of an absolute-form target
  Progress progress_;
};

}  // namespace consent::http
