#include "crypto/ed25519.h"

#include <openssl/evp.h>

#include <algorithm>
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

constexpr std::size_t kLast = 31;
constexpr std::uint8_t kWithoutSign = 0x7f;

// y of the points whose order divides 8, little-endian; each stands for both signs of x. With one
// of them as the key, one signature in eight texts, or in each, can be made by anybody.
constexpr std::array<Ed25519PublicKey, 5> kSmall = {{
    {},
    {1},
    {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
     0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
     0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
    {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
     0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
     0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
}};

// RFC 8032 section 5.1.3 wants y below 2^255 - 19.
bool is_below_prime(const Ed25519PublicKey& y) {
  return y[0] < 0xed || y[kLast] != kWithoutSign ||
         !std::all_of(y.begin() + 1, y.begin() + kLast,
                      [](std::uint8_t byte) { return byte == 0xff; });
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

bool is_ed25519_key(const Ed25519PublicKey& key) {
  Ed25519PublicKey y = key;
  y[kLast] &= kWithoutSign;
  return is_below_prime(y) && std::find(kSmall.begin(), kSmall.end(), y) == kSmall.end();
}

bool verify_ed25519(const Ed25519PublicKey& key, std::string_view message,
                    const Ed25519Signature& signature) {
  if (!is_ed25519_key(key)) return false;
  const KeyPointer pointer(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size()));
  const ContextPointer context(EVP_MD_CTX_new());
  return pointer && context &&
         EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, pointer.get()) == 1 &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(), bytes_of(message),
                          message.size()) == 1;
}

}  // namespace consent::server
