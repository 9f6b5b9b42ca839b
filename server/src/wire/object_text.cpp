#include "wire/object_text.h"

#include <array>
#include <charconv>

#include "wire/json_writer.h"

namespace consent::server {

void ObjectText::begin(std::string_view name) {
  if (out_.back() != '{') out_ += ',';
  write_json_text(name, out_);
  out_ += ':';
}

ObjectText& ObjectText::text(std::string_view name, std::string_view value) {
  begin(name);
  write_json_text(value, out_);
  return *this;
}

ObjectText& ObjectText::text_or_null(std::string_view name, std::string_view value) {
  if (!value.empty()) return text(name, value);
  begin(name);
  out_ += "null";
  return *this;
}

ObjectText& ObjectText::number(std::string_view name, std::int64_t value) {
  begin(name);
  std::array<char, 24> digits{};
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  out_.append(digits.data(), written.ptr);
  return *this;
}

ObjectText& ObjectText::flag(std::string_view name, bool value) {
  begin(name);
  out_ += value ? "true" : "false";
  return *this;
}

}  // namespace consent::server
