#pragma once
// HMAC-SHA-256 under one key, and the only comparison a MAC is ever checked with.

#include <cstdint>
#include <memory>
#include <span>

#include "crypto/secret_key.h"
#include "crypto/sha256.h"

namespace consent::server {

// Keyed once, used from any thread at the same time.
class HmacSha256 {
 public:
  explicit HmacSha256(const SecretKey& key);
  ~HmacSha256();
  HmacSha256(HmacSha256&&) noexcept;
  HmacSha256& operator=(HmacSha256&&) noexcept;

  Sha256Digest mac(std::span<const std::uint8_t> message) const;

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

// Time depends on the sizes only; different sizes are never equal.
bool equal_in_constant_time(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b);

}  // namespace consent::server
