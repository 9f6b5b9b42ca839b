#pragma once
// JSON of the form that nearly everybody sends, read in one pass: texts of printable ASCII that
// need no unescaping.

#include <cstddef>
#include <string_view>

namespace consent::server {

// Each call skips blanks, and says false where something else stands; what is read then means
// nothing.
class PlainReader {
 public:
  // The text must outlive the reader, and what was read.
  explicit PlainReader(std::string_view text)
      : begin_(text.data()), at_(begin_), end_(begin_ + text.size()) {}

  bool take(char wanted);
  bool take(std::string_view word);
  bool text(std::string_view& out);
  bool at_end();
  // What stands next, without taking it; 0 at the end.
  char next();
  // Of what next() has shown, in the text.
  std::size_t offset() const { return static_cast<std::size_t>(at_ - begin_); }
  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
  std::string_view rest() const { return {at_, left()}; }
  void skip(std::size_t bytes) { at_ += bytes; }

 private:
  void skip_blanks() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }

  const char* begin_;
  const char* at_;
  const char* end_;
};

}  // namespace consent::server
