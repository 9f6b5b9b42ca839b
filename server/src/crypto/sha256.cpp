#include "crypto/sha256.h"

// EVP allocates a context for each digest, which costs more than the digest of a short text.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <fstream>
#include <memory>
#include <stdexcept>

#include "formats/hexadecimal.h"

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
  SHA256_CTX context;
  const bool good = SHA256_Init(&context) == 1 &&
                    SHA256_Update(&context, bytes.data(), bytes.size()) == 1 &&
                    SHA256_Final(digest.data(), &context) == 1;
  OPENSSL_cleanse(&context, sizeof context);
  if (!good) throw std::runtime_error("SHA-256 failed");
  return digest;
}

Sha256Digest sha256_of_file(const std::string& path) {
  constexpr std::size_t kPieceBytes = 1 << 20;
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  std::ifstream file(path, std::ios::binary);
  std::string piece(kPieceBytes, '\0');
  bool good = context && EVP_DigestInit_ex2(context.get(), fetched_sha256(), nullptr) == 1;
  while (good && file.read(piece.data(), static_cast<std::streamsize>(piece.size())).gcount() > 0) {
    good =
        EVP_DigestUpdate(context.get(), piece.data(), static_cast<std::size_t>(file.gcount())) == 1;
  }
  Sha256Digest digest{};
  unsigned size = 0;
  if (!good || !file.eof() || EVP_DigestFinal_ex(context.get(), digest.data(), &size) != 1 ||
      size != digest.size()) {
    throw std::runtime_error(path + ": cannot be read");
  }
  return digest;
}

std::string sha256_hex(std::string_view bytes) { return to_hex(sha256(bytes)); }

}  // namespace consent::server
