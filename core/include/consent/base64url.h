#pragma once
// base64url without padding (RFC 4648 section 5), canonical: non-zero trailing bits are refused.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace consent {

constexpr std::size_t base64url_size(std::size_t bytes) { return (bytes * 4 + 2) / 3; }

// Writes base64url_size(bytes.size()) characters; 0 when `out` is too small.
std::size_t base64url_encode(std::span<const std::uint8_t> bytes, std::span<char> out);

// The number of bytes written; empty when the text is not canonical base64url or `out` is too
// small.
std::optional<std::size_t> base64url_decode(std::string_view text, std::span<std::uint8_t> out);

}  // namespace consent
