#pragma once
// Bytes as lower-case hexadecimal digits.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace consent::server {

std::string to_hex(std::span<const std::uint8_t> bytes);
// False unless `text` is exactly two lower-case digits for every byte of `out`.
bool parse_hex(std::string_view text, std::span<std::uint8_t> out);

}  // namespace consent::server
