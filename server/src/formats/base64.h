#pragma once
// base64 with padding (RFC 4648 section 4), canonical: other forms of the same bytes are refused.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace consent::server {

std::string to_base64(std::span<const std::uint8_t> bytes);
std::optional<std::vector<std::uint8_t>> parse_base64(std::string_view text);
// False unless the text is exactly as many bytes as `out` has.
bool parse_base64(std::string_view text, std::span<std::uint8_t> out);

}  // namespace consent::server
