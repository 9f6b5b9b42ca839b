#include "http/random_id.h"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace consent::http {
namespace {

// One system call for many numbers.
struct Pool {
  std::array<std::uint64_t, 256> numbers{};
  std::size_t left = 0;

  void fill() {
    std::size_t filled = 0;
    auto* const bytes = reinterpret_cast<unsigned char*>(numbers.data());
    while (filled < sizeof numbers) {
      const ssize_t count = ::getrandom(bytes + filled, sizeof numbers - filled, 0);
      if (count < 0 && errno != EINTR) std::abort();
      if (count > 0) filled += static_cast<std::size_t>(count);
    }
    left = numbers.size();
  }
};

void write_hex(std::uint64_t bits, char* to) {
  for (int i = 15; i >= 0; --i, bits >>= 4U) to[i] = "0123456789abcdef"[bits & 15U];
}

}  // namespace

std::uint64_t random_bits() {
  static thread_local Pool pool;
  if (pool.left == 0) pool.fill();
  return pool.numbers[--pool.left];
}

std::string random_id() {
  std::string id(32, '0');
  write_hex(random_bits(), id.data());
  write_hex(random_bits(), id.data() + 16);
  return id;
}

}  // namespace consent::http
