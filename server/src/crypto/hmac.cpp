#include "crypto/hmac.h"

// EVP_MAC keeps a copy of the key in the heap for as long as it lives; HMAC_CTX keeps the two
// states that were made of it and nothing else, and costs half as much.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <stdexcept>

namespace consent::server {
namespace {

struct FreeContext {
  void operator()(HMAC_CTX* context) const { HMAC_CTX_free(context); }
};
using OwnedContext = std::unique_ptr<HMAC_CTX, FreeContext>;

[[noreturn]] void fail() {
  throw std::runtime_error("HMAC-SHA-256 failed; check OpenSSL's configuration");
}

const EVP_MD* fetched_sha256() {
  static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  if (algorithm == nullptr) fail();
  return algorithm;
}

}  // namespace

// Keyed, never updated: every MAC works on a copy, which is overwritten when it is freed.
struct HmacSha256::Context {
  OwnedContext keyed{HMAC_CTX_new()};
};

HmacSha256::HmacSha256(const SecretKey& key) : context_(std::make_unique<Context>()) {
  if (!context_->keyed || HMAC_Init_ex(context_->keyed.get(), key.bytes().data(), SecretKey::kBytes,
                                       fetched_sha256(), nullptr) != 1) {
    fail();
  }
}

HmacSha256::~HmacSha256() = default;
HmacSha256::HmacSha256(HmacSha256&&) noexcept = default;
HmacSha256& HmacSha256::operator=(HmacSha256&&) noexcept = default;

Sha256Digest HmacSha256::mac(std::span<const std::uint8_t> message) const {
  const OwnedContext context(HMAC_CTX_new());
  Sha256Digest digest{};
  unsigned size = 0;
  if (!context || HMAC_CTX_copy(context.get(), context_->keyed.get()) != 1 ||
      HMAC_Update(context.get(), message.data(), message.size()) != 1 ||
      HMAC_Final(context.get(), digest.data(), &size) != 1 || size != digest.size()) {
    fail();
  }
  return digest;
}

bool equal_in_constant_time(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace consent::server
