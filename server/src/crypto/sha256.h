#pragma once
// SHA-256 of bytes that are no secret: notices, API keys with 256 bits of entropy.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace consent::server {

using Sha256Digest = std::array<std::uint8_t, 32>;

Sha256Digest sha256(std::string_view bytes);
// Of a whole file, in pieces. Throws std::runtime_error when it cannot be read.
Sha256Digest sha256_of_file(const std::string& path);
// 64 lower-case hexadecimal digits.
std::string sha256_hex(std::string_view bytes);

}  // namespace consent::server
