#include "audit/checkpoint.h"

#include <charconv>

#include "consent/merkle.h"
#include "formats/base64.h"

namespace consent::server {
namespace {

// Takes a line and its end off the text; empty when there is none.
std::optional<std::string_view> take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos || end == 0) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  const bool leading_zero = text.size() > 1 && text.front() == '0';
  if (error != std::errc() || end != text.data() + text.size() || leading_zero ||
      size > kTreeSizeMax) {
    return std::nullopt;
  }
  return size;
}

}  // namespace

std::string to_text(const Checkpoint& checkpoint) {
  return checkpoint.origin + '\n' + std::to_string(checkpoint.head.size) + '\n' +
         to_base64(checkpoint.head.root) + '\n';
}

std::optional<Checkpoint> parse_checkpoint(std::string_view text) {
  const auto origin = take_line(text);
  const auto size_line = take_line(text);
  const auto root_line = take_line(text);
  if (!origin || !size_line || !root_line || !text.empty()) return std::nullopt;
  const auto size = parse_size(*size_line);
  Checkpoint checkpoint{.origin = std::string(*origin), .head = {}};
  if (!size || !parse_base64(*root_line, checkpoint.head.root)) return std::nullopt;
  checkpoint.head.size = *size;
  return checkpoint;
}

}  // namespace consent::server
