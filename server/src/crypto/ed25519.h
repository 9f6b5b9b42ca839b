#pragma once
// Ed25519 signatures (RFC 8032, the pure form).

#include <array>
#include <cstdint>
#include <string_view>

#include "crypto/secret_key.h"

namespace consent::server {

using Ed25519PublicKey = std::array<std::uint8_t, 32>;
using Ed25519Signature = std::array<std::uint8_t, 64>;

// Used from any thread at the same time.
class Ed25519Signer {
 public:
  // `seed` is the 32 bytes a private key is stored as. Throws std::runtime_error.
  explicit Ed25519Signer(const SecretKey& seed);
  ~Ed25519Signer();
  Ed25519Signer(Ed25519Signer&&) noexcept;
  Ed25519Signer& operator=(Ed25519Signer&&) noexcept;

  const Ed25519PublicKey& public_key() const { return public_key_; }
  Ed25519Signature sign(std::string_view message) const;

 private:
  SecretKey seed_;
  Ed25519PublicKey public_key_{};
};

// False for what is not written as its point is, and for the points of small order, under which
// anybody can sign: no key of anybody.
bool is_ed25519_key(const Ed25519PublicKey& key);

// False for everything that is not exactly a signature of `message` under `key`.
bool verify_ed25519(const Ed25519PublicKey& key, std::string_view message,
                    const Ed25519Signature& signature);

}  // namespace consent::server
