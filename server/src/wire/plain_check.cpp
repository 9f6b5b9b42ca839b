#include "wire/plain_check.h"

#include <algorithm>
#include <utility>

namespace consent::server {
namespace {

// Printable ASCII without escapes means itself.
bool is_plain(std::string_view text) {
  unsigned odd = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    odd |= static_cast<unsigned>(byte < 0x20) | static_cast<unsigned>(byte > 0x7e) |
           static_cast<unsigned>(c == '\\');
  }
  return odd == 0;
}

class PlainReader {
 public:
  explicit PlainReader(std::string_view text) : at_(text.data()), end_(at_ + text.size()) {}

  bool take(char wanted) {
    skip_blanks();
    if (at_ == end_ || *at_ != wanted) return false;
    ++at_;
    return true;
  }
  bool text(std::string_view& out) {
    if (!take('"')) return false;
    const char* const close = std::find(at_, end_, '"');
    out = {at_, static_cast<std::size_t>(close - at_)};
    if (close == end_ || !is_plain(out)) return false;
    at_ = close + 1;
    return true;
  }
  bool texts(std::vector<std::string_view>& out) {
    if (!take('[')) return false;
    if (take(']')) return true;
    do {
      std::string_view entry;
      if (out.size() == kCheckEntriesMax || !text(entry)) return false;
      out.push_back(entry);
    } while (take(','));
    return take(']');
  }
  bool at_end() {
    skip_blanks();
    return at_ == end_;
  }
  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }

 private:
  void skip_blanks() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }

  const char* at_;
  const char* end_;
};

struct Seen {
  bool site = false;
  bool purpose = false;
  bool entries = false;
};

bool read_text(PlainReader& reader, bool& seen, std::string& out) {
  std::string_view text;
  if (seen || !reader.text(text)) return false;
  seen = true;
  out = text;
  return true;
}

bool read_entries(PlainReader& reader, Seen& seen, CheckRequest& request, CheckRequest::By by) {
  if (std::exchange(seen.entries, true)) return false;
  constexpr std::size_t kIdBytes = 25;  // with its quotes and comma
  request.by = by;
  request.entries.reserve(std::min(reader.left() / kIdBytes + 1, kCheckEntriesMax));
  return reader.texts(request.entries);
}

bool read_member(PlainReader& reader, Seen& seen, CheckRequest& request) {
  std::string_view name;
  if (!reader.text(name) || !reader.take(':')) return false;
  if (name == "site") return read_text(reader, seen.site, request.site);
  if (name == "purpose") return read_text(reader, seen.purpose, request.purpose);
  if (name == "subjects") return read_entries(reader, seen, request, CheckRequest::By::subject);
  if (name == "tokens") return read_entries(reader, seen, request, CheckRequest::By::token);
  return false;
}

}  // namespace

std::optional<CheckRequest> read_plain_check(std::string_view body) {
  PlainReader reader(body);
  CheckRequest request;
  Seen seen;
  if (!reader.take('{')) return std::nullopt;
  do {
    if (!read_member(reader, seen, request)) return std::nullopt;
  } while (reader.take(','));
  if (!reader.take('}') || !reader.at_end()) return std::nullopt;
  if (!seen.site || !seen.purpose || !seen.entries) return std::nullopt;
  return request;
}

}  // namespace consent::server
