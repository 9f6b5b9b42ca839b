#include "crypto/hmac.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <stdexcept>
#include <string>

namespace consent::server {
namespace {

struct FreeContext {
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};
using OwnedContext = std::unique_ptr<EVP_MAC_CTX, FreeContext>;

[[noreturn]] void fail() {
  throw std::runtime_error("HMAC-SHA-256 failed; check OpenSSL's configuration");
}

EVP_MAC* fetched_hmac() {
  static EVP_MAC* const algorithm = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  if (algorithm == nullptr) fail();
  return algorithm;
}

}  // namespace

// Keyed, never updated: every MAC works on a copy, which OpenSSL wipes when it is freed.
struct HmacSha256::Context {
  OwnedContext keyed;
};

HmacSha256::HmacSha256(const SecretKey& key) : context_(std::make_unique<Context>()) {
  context_->keyed.reset(EVP_MAC_CTX_new(fetched_hmac()));
  std::string digest = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
      OSSL_PARAM_construct_end()};
  if (!context_->keyed ||
      EVP_MAC_init(context_->keyed.get(), key.bytes().data(), key.bytes().size(),
                   static_cast<const OSSL_PARAM*>(parameters)) != 1) {
    fail();
  }
}

HmacSha256::~HmacSha256() = default;
HmacSha256::HmacSha256(HmacSha256&&) noexcept = default;
HmacSha256& HmacSha256::operator=(HmacSha256&&) noexcept = default;

Sha256Digest HmacSha256::mac(std::span<const std::uint8_t> message) const {
  const OwnedContext context(EVP_MAC_CTX_dup(context_->keyed.get()));
  Sha256Digest digest{};
  std::size_t size = 0;
  if (!context || EVP_MAC_update(context.get(), message.data(), message.size()) != 1 ||
      EVP_MAC_final(context.get(), digest.data(), &size, digest.size()) != 1 ||
      size != digest.size()) {
    fail();
  }
  return digest;
}

bool equal_in_constant_time(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace consent::server
