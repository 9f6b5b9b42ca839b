#include "crypto/sha256.h"

#include <openssl/evp.h>

#include <stdexcept>

#include "hexadecimal.h"

namespace consent::server {
namespace {

const EVP_MD* fetched_sha256() {
  static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  if (algorithm == nullptr)
    throw std::runtime_error("OpenSSL has no SHA-256; check its configuration");
  return algorithm;
}

}  // namespace

Sha256Digest sha256(std::string_view bytes) {
  Sha256Digest digest{};
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, fetched_sha256(), nullptr) !=
          1 ||
      size != digest.size()) {
    throw std::runtime_error("SHA-256 failed");
  }
  return digest;
}

std::string sha256_hex(std::string_view bytes) { return to_hex(sha256(bytes)); }

}  // namespace consent::server
