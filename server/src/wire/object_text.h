#pragma once
// A JSON object written member by member (RFC 8259), for answers on the hot path: a tree would be
// made only to be written.

#include <cstdint>
#include <string>
#include <string_view>

namespace consent::server {

class ObjectText {
 public:
  // Appends to `out`, which must outlive it.
  explicit ObjectText(std::string& out) : out_(out) { out_ += '{'; }
  ObjectText(const ObjectText&) = delete;
  ObjectText& operator=(const ObjectText&) = delete;

  // Names must differ, and texts be UTF-8.
  ObjectText& text(std::string_view name, std::string_view value);
  // null when there is none.
  ObjectText& text_or_null(std::string_view name, std::string_view value);
  ObjectText& number(std::string_view name, std::int64_t value);
  ObjectText& flag(std::string_view name, bool value);
  // `write` gets an ObjectText of the member's own, which is ended behind it.
  template <typename Write>
  ObjectText& object(std::string_view name, const Write& write) {
    begin(name);
    ObjectText inner(out_);
    write(inner);
    inner.end();
    return *this;
  }
  // Without it the object stays open, for what somebody else writes behind it.
  void end() { out_ += '}'; }

 private:
  void begin(std::string_view name);
  std::string& out_;
};

}  // namespace consent::server
