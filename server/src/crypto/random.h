#pragma once
// Bytes nobody can guess, from OpenSSL's generator.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace consent::server {

// Throws std::runtime_error when the system has no randomness to give: nothing is ever made from
// less.
void fill_random(std::span<std::uint8_t> out);

template <std::size_t N>
std::array<std::uint8_t, N> random_bytes() {
  std::array<std::uint8_t, N> bytes;
  fill_random(bytes);
  return bytes;
}

}  // namespace consent::server
