#include "crypto/random.h"

#include <openssl/rand.h>

#include <stdexcept>

namespace consent::server {

void fill_random(std::span<std::uint8_t> out) {
  if (RAND_bytes(out.data(), static_cast<int>(out.size())) != 1) {
    throw std::runtime_error("the system's random generator failed");
  }
}

}  // namespace consent::server
