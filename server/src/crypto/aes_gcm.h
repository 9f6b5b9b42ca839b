#pragma once
// AES-256-GCM (NIST SP 800-38D), the one authenticated encryption of what is stored. Every sealing
// draws a fresh random nonce; a key seals far fewer than 2^32 times.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "crypto/random_pool.h"
#include "crypto/secret_key.h"

namespace consent::server {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

// One reused context: used by one thread at a time.
class AesGcm {
 public:
  static constexpr std::size_t kNonceBytes = 12;
  static constexpr std::size_t kTagBytes = 16;
  static constexpr std::size_t kOverheadBytes = kNonceBytes + kTagBytes;

  AesGcm();
  ~AesGcm();
  AesGcm(AesGcm&&) noexcept;
  AesGcm& operator=(AesGcm&&) noexcept;

  // nonce || ciphertext || tag; `bound` is authenticated beside it. Throws std::runtime_error.
  Bytes seal(const SecretKey& key, ByteView bound, ByteView plain);
  // False, and nothing of it in `plain`, unless every bit of `sealed`, `bound` and the key is as it
  // was.
  [[nodiscard]] bool open(const SecretKey& key, ByteView bound, ByteView sealed, Bytes& plain);
  // What nonces are drawn from.
  RandomPool& pool() { return pool_; }

 private:
  struct Context;
  std::unique_ptr<Context> context_;
  RandomPool pool_;
};

}  // namespace consent::server
