#include "consent/base64url.h"

namespace consent {
namespace {

constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

unsigned value_of(char character) {
  if (character >= 'A' && character <= 'Z') return static_cast<unsigned>(character - 'A');
  if (character >= 'a' && character <= 'z') return static_cast<unsigned>(character - 'a') + 26;
  if (character >= '0' && character <= '9') return static_cast<unsigned>(character - '0') + 52;
  if (character == '-') return 62;
  return character == '_' ? 63 : 64;
}

}  // namespace

std::size_t base64url_encode(std::span<const std::uint8_t> bytes, std::span<char> out) {
  if (out.size() < base64url_size(bytes.size())) return 0;
  std::size_t size = 0;
  unsigned pending = 0;
  unsigned bits = 0;
  for (const std::uint8_t byte : bytes) {
    pending = (pending << 8 | byte) & 0xfff;
    for (bits += 8; bits >= 6; bits -= 6) out[size++] = kAlphabet[pending >> (bits - 6) & 63];
  }
  if (bits != 0) out[size++] = kAlphabet[pending << (6 - bits) & 63];
  return size;
}

std::optional<std::size_t> base64url_decode(std::string_view text, std::span<std::uint8_t> out) {
  std::size_t size = 0;
  unsigned pending = 0;
  unsigned bits = 0;
  for (const char character : text) {
    const unsigned value = value_of(character);
    if (value > 63) return std::nullopt;
    pending = (pending << 6 | value) & 0x3fff;
    bits += 6;
    if (bits < 8) continue;
    if (size == out.size()) return std::nullopt;
    bits -= 8;
    out[size++] = static_cast<std::uint8_t>(pending >> bits);
  }
  const bool stray_character = bits == 6;
  const bool stray_bits = (pending & ((1u << bits) - 1)) != 0;
  if (stray_character || stray_bits) return std::nullopt;
  return size;
}

}  // namespace consent
