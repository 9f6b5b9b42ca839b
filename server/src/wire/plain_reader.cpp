#include "wire/plain_reader.h"

#include <algorithm>

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

}  // namespace

bool PlainReader::take(char wanted) {
  if (next() != wanted || at_ == end_) return false;
  ++at_;
  return true;
}

bool PlainReader::take(std::string_view word) {
  skip_blanks();
  if (!rest().starts_with(word)) return false;
  skip(word.size());
  return true;
}

bool PlainReader::text(std::string_view& out) {
  if (!take('"')) return false;
  const char* const close = std::find(at_, end_, '"');
  out = {at_, static_cast<std::size_t>(close - at_)};
  if (close == end_ || !is_plain(out)) return false;
  at_ = close + 1;
  return true;
}

bool PlainReader::at_end() {
  skip_blanks();
  return at_ == end_;
}

char PlainReader::next() {
  skip_blanks();
  return at_ == end_ ? '\0' : *at_;
}

}  // namespace consent::server
