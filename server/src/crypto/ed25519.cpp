#include "crypto/ed25519.h"

#include <openssl/evp.h>

#include <stdexcept>

namespace consent::server {
namespace {

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using KeyPointer = std::unique_ptr<EVP_PKEY, FreeKey>;
using ContextPointer = std::unique_ptr<EVP_MD_CTX, FreeContext>;

const std::uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

[[noreturn]] void fail() {
  throw std::runtime_error("Ed25519 failed; check OpenSSL's configuration");
}

// OpenSSL's own copy lies in the heap: it is made for one use.
KeyPointer private_key(const SecretKey& seed) {
  KeyPointer key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.bytes().data(),
                                              seed.bytes().size()));
  if (!key) fail();
  return key;
}

}  // namespace

Ed25519Signer::Ed25519Signer(const SecretKey& seed) : seed_(SecretKey::from_bytes(seed.bytes())) {
  const KeyPointer key = private_key(seed_);
  std::size_t size = public_key_.size();
  if (EVP_PKEY_get_raw_public_key(key.get(), public_key_.data(), &size) != 1 ||
      size != public_key_.size()) {
    fail();
  }
}

Ed25519Signer::~Ed25519Signer() = default;
Ed25519Signer::Ed25519Signer(Ed25519Signer&&) noexcept = default;
Ed25519Signer& Ed25519Signer::operator=(Ed25519Signer&&) noexcept = default;

Ed25519Signature Ed25519Signer::sign(std::string_view message) const {
  Ed25519Signature signature{};
  std::size_t size = signature.size();
  const KeyPointer key = private_key(seed_);
  const ContextPointer context(EVP_MD_CTX_new());
  if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &size, bytes_of(message), message.size()) !=
          1 ||
      size != signature.size()) {
    fail();
  }
  return signature;
}

bool verify_ed25519(const Ed25519PublicKey& key, std::string_view message,
                    const Ed25519Signature& signature) {
  const KeyPointer pointer(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size()));
  const ContextPointer context(EVP_MD_CTX_new());
  return pointer && context &&
         EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, pointer.get()) == 1 &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(), bytes_of(message),
                          message.size()) == 1;
}

}  // namespace consent::server
