#include "crypto/secret_key.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <new>

#include "crypto/random.h"

namespace consent::server {

void SecretKey::WipeAndFree::operator()(std::uint8_t* bytes) const {
  OPENSSL_secure_clear_free(bytes, kBytes);
}

SecretKey::SecretKey() : bytes_(static_cast<std::uint8_t*>(OPENSSL_secure_zalloc(kBytes))) {
  if (!bytes_) throw std::bad_alloc();
}

SecretKey SecretKey::random() {
  SecretKey key;
  fill_random({key.bytes_.get(), kBytes});
  return key;
}

SecretKey SecretKey::from_bytes(std::span<const std::uint8_t, kBytes> bytes) {
  SecretKey key;
  std::copy(bytes.begin(), bytes.end(), key.bytes_.get());
  return key;
}

SecretKey::~SecretKey() = default;
SecretKey::SecretKey(SecretKey&& other) noexcept = default;
SecretKey& SecretKey::operator=(SecretKey&& other) noexcept = default;

void wipe(std::span<std::uint8_t> bytes) { OPENSSL_cleanse(bytes.data(), bytes.size()); }

}  // namespace consent::server
