#pragma once
// Finds the end of an answer, of HTTP with Content-Length or of Redis's RESP, and nothing else:
// what a client must do at least, so that the server is what is measured.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace consent::bench {

enum class Protocol : std::uint8_t { http, resp };

class AnswerReader {
 public:
  AnswerReader() = default;
  explicit AnswerReader(Protocol protocol) : protocol_(protocol) {}

  // True when the answer is complete.
  bool feed(std::string_view bytes) {
    size_ += bytes.size();
    return protocol_ == Protocol::http ? feed_http(bytes) : feed_resp(bytes);
  }
  bool successful() const { return successful_; }
  std::size_t size() const { return size_; }
  void reset() { *this = AnswerReader(protocol_); }

 private:
  bool feed_http(std::string_view bytes) {
    if (total_ == 0) {
      head_ += bytes;
      const std::size_t end = head_.find("\r\n\r\n");
      if (end == std::string::npos) return false;
      successful_ = head_.compare(0, 10, "HTTP/1.1 2") == 0;
      const std::size_t length = head_.find("Content-Length: ");
      const std::size_t body =
          length < end ? std::strtoull(head_.c_str() + length + 16, nullptr, 10) : 0;
      total_ = end + 4 + body;
    }
    return size_ >= total_;
  }

  // "*N\r\n" and N times "$L\r\n<L bytes>\r\n", or "$-1\r\n" for what is missing.
  bool feed_resp(std::string_view bytes) {
    while (!bytes.empty()) {
      if (skip_ > 0) {
        const std::size_t skipped = std::min(skip_, bytes.size());
        skip_ -= skipped;
        bytes.remove_prefix(skipped);
        continue;
      }
      const std::size_t newline = bytes.find('\n');
      head_ += bytes.substr(0, newline);
      if (newline == std::string_view::npos) return false;
      bytes.remove_prefix(newline + 1);
      on_resp_line();
      head_.clear();
    }
    return began_ && left_ == 0 && skip_ == 0;
  }

  void on_resp_line() {
    const long number = std::strtol(head_.c_str() + 1, nullptr, 10);
    if (head_[0] == '*') {
      left_ = static_cast<std::size_t>(number);
      successful_ = began_ = true;
    } else if (head_[0] == '$') {
      --left_;
      if (number < 0) successful_ = false;
      if (number >= 0) skip_ = static_cast<std::size_t>(number) + 2;
    } else {
      began_ = true;
      successful_ = head_[0] == '+';
    }
  }

  Protocol protocol_ = Protocol::http;
  std::string head_;
  std::size_t size_ = 0;
  std::size_t total_ = 0;
  std::size_t left_ = 0;
  std::size_t skip_ = 0;
  bool began_ = false;
  bool successful_ = false;
};

}  // namespace consent::bench
