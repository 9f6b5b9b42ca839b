#pragma once
// Random bytes drawn in advance, for who needs a few of them often: a draw from the system's
// generator costs more than what it is for. Each byte is given once, and overwritten here.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "crypto/clean_memory.h"

namespace consent::server {

// Used by one thread at a time. Not to be used by a process that has forked since.
class RandomPool {
 public:
  // Throws std::bad_alloc.
  RandomPool();
  // Throws std::runtime_error when the generator fails. At most kBytes.
  void fill(std::span<std::uint8_t> out);
  template <std::size_t N>
  std::array<std::uint8_t, N> bytes() {
    std::array<std::uint8_t, N> out{};
    fill(out);
    return out;
  }

 private:
  static constexpr std::size_t kBytes = 4096;
  HiddenPages pages_;
  std::size_t left_ = 0;
};

}  // namespace consent::server
