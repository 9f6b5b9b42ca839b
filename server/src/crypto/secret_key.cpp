#include "crypto/secret_key.h"

#include <openssl/crypto.h>

#include <algorithm>

#include "crypto/random.h"

namespace consent::server {

SecretKey SecretKey::random() {
  SecretKey key;
  fill_random(key.bytes_);
  return key;
}

SecretKey SecretKey::from_bytes(std::span<const std::uint8_t, kBytes> bytes) {
  SecretKey key;
  std::copy(bytes.begin(), bytes.end(), key.bytes_.begin());
  return key;
}

SecretKey::~SecretKey() { wipe(bytes_); }

SecretKey::SecretKey(SecretKey&& other) noexcept : bytes_(other.bytes_) { wipe(other.bytes_); }

SecretKey& SecretKey::operator=(SecretKey&& other) noexcept {
  if (this != &other) {
    bytes_ = other.bytes_;
    wipe(other.bytes_);
  }
  return *this;
}

void wipe(std::span<std::uint8_t> bytes) { OPENSSL_cleanse(bytes.data(), bytes.size()); }

}  // namespace consent::server
