#include "formats/base64.h"

#include <algorithm>

#include "consent/base64url.h"

namespace consent::server {
namespace {

// Between the two alphabets; a character that only the other one has becomes one that none has.
char exchanged(char c, std::string_view from, std::string_view to) {
  const std::size_t at = from.find(c);
  if (at != std::string_view::npos) return to[at];
  return to.find(c) == std::string_view::npos ? c : '\0';
}

std::string exchanged(std::string text, std::string_view from, std::string_view to) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [&](char c) { return exchanged(c, from, to); });
  return text;
}

constexpr std::string_view kUrlSafe = "-_";
constexpr std::string_view kStandard = "+/";

}  // namespace

std::string to_base64(std::span<const std::uint8_t> bytes) {
  std::string text(base64url_size(bytes.size()), '\0');
  base64url_encode(bytes, text);
  text = exchanged(std::move(text), kUrlSafe, kStandard);
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

std::optional<std::vector<std::uint8_t>> parse_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  const std::string plain =
      exchanged(std::string(text.substr(0, text.size() - padding)), kStandard, kUrlSafe);
  std::vector<std::uint8_t> bytes(text.size() / 4 * 3);
  const std::optional<std::size_t> size = base64url_decode(plain, bytes);
  if (!size || *size + padding != bytes.size()) return std::nullopt;
  bytes.resize(*size);
  return bytes;
}

bool parse_base64(std::string_view text, std::span<std::uint8_t> out) {
  const auto bytes = parse_base64(text);
  if (!bytes || bytes->size() != out.size()) return false;
  std::copy(bytes->begin(), bytes->end(), out.begin());
  return true;
}

}  // namespace consent::server
