// A request has one meaning however the network cuts it: fed whole, byte by byte and in pieces it
// gives the same request, the same refusal and the same rest. What is accepted is within limits.

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/request_reader.h"
#include "property.h"

using namespace consent;
using namespace consent::http;

namespace {

constexpr ReaderLimits kLimits;

std::size_t feed_in_pieces(RequestReader& reader, std::string_view bytes, std::size_t piece) {
  std::size_t taken = 0;
  while (taken < bytes.size()) {
    const std::string_view next = bytes.substr(taken, piece);
    const std::size_t used = reader.feed(next);
    PROPERTY(used <= next.size());
    taken += used;
    if (used < next.size()) break;
  }
  return taken;
}

void check_same(RequestReader& left, RequestReader& right) {
  PROPERTY(left.is_complete() == right.is_complete());
  PROPERTY(left.is_refused() == right.is_refused());
  PROPERTY(left.error().status == right.error().status);
  if (!left.is_complete()) return;
  PROPERTY(left.request().method == right.request().method);
  PROPERTY(left.request().path == right.request().path);
  PROPERTY(left.request().query == right.request().query);
  PROPERTY(left.request().headers == right.request().headers);
  PROPERTY(left.request().body == right.request().body);
  PROPERTY(left.keeps_alive() == right.keeps_alive());
}

void check_accepted(RequestReader& reader) {
  const Request& request = reader.request();
  PROPERTY(request.body.size() <= kLimits.body_bytes_max);
  PROPERTY(request.headers.size() <= kLimits.fields_max);
  PROPERTY(request.path.size() <= kLimits.target_bytes_max);
  PROPERTY(request.path.starts_with('/') || request.path == "*");
  PROPERTY(request.path.find('\0') == std::string::npos);
  PROPERTY(reader.is_http_1_0() || request.has_header("Host"));
  PROPERTY(!request.has_header("Content-Length") || !request.has_header("Transfer-Encoding"));
  for (const auto& [name, value] : request.headers) {
    PROPERTY(!name.empty());
    PROPERTY(value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  RequestReader whole(kLimits);
  const std::size_t taken = whole.feed(bytes);
  PROPERTY(taken <= size);
  PROPERTY(taken == size || whole.is_complete() || whole.is_refused());
  if (whole.is_refused()) PROPERTY(whole.error().status >= 400 && whole.error().status < 600);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}}) {
    RequestReader cut(kLimits);
    const std::size_t cut_taken = feed_in_pieces(cut, bytes, piece);
    check_same(whole, cut);
    if (whole.is_complete()) PROPERTY(cut_taken == taken);
  }
  if (!whole.is_complete()) return 0;
  check_accepted(whole);
  RequestReader again(kLimits);
  again.feed(bytes.substr(0, taken));
  PROPERTY(again.is_complete());
  again.reset();
  PROPERTY(again.is_untouched());
  again.feed(bytes.substr(0, taken));
  check_same(whole, again);
  return 0;
}
