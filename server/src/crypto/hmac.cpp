#include "crypto/hmac.h"

// What EVP and HMAC_CTX offer allocates and frees three contexts for each MAC, which costs several
// times the MAC of a short text.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace consent::server {
namespace {

// RFC 2104 section 2.
constexpr std::uint8_t kInnerPad = 0x36;
constexpr std::uint8_t kOuterPad = 0x5c;

void require(bool done) {
  if (!done) throw std::runtime_error("HMAC-SHA-256 failed; check OpenSSL's configuration");
}

class WipedState {
 public:
  WipedState() = default;
  WipedState(const WipedState&) = default;
  WipedState& operator=(const WipedState&) = default;
  ~WipedState() { OPENSSL_cleanse(&state_, sizeof state_); }

  // Behind the first block, which is the key with `pad`.
  static WipedState keyed(const SecretKey& key, std::uint8_t pad) {
    std::array<std::uint8_t, SHA256_CBLOCK> block{};
    std::copy(key.bytes().begin(), key.bytes().end(), block.begin());
    for (std::uint8_t& byte : block) byte ^= pad;
    WipedState state;
    require(SHA256_Init(&state.state_) == 1);
    state.add(block);
    OPENSSL_cleanse(block.data(), block.size());
    return state;
  }
  void add(std::span<const std::uint8_t> bytes) {
    require(SHA256_Update(&state_, bytes.data(), bytes.size()) == 1);
  }
  Sha256Digest end() {
    Sha256Digest digest{};
    require(SHA256_Final(digest.data(), &state_) == 1);
    return digest;
  }

 private:
  SHA256_CTX state_{};
};

}  // namespace

// The two states that were made of the key and nothing else; every MAC works on copies of them.
struct HmacSha256::Context {
  WipedState inner;
  WipedState outer;
};

HmacSha256::HmacSha256(const SecretKey& key)
    : context_(std::make_unique<Context>(
          Context{WipedState::keyed(key, kInnerPad), WipedState::keyed(key, kOuterPad)})) {
  static_assert(SecretKey::kBytes <= SHA256_CBLOCK);
}

HmacSha256::~HmacSha256() = default;
HmacSha256::HmacSha256(HmacSha256&&) noexcept = default;
HmacSha256& HmacSha256::operator=(HmacSha256&&) noexcept = default;

Sha256Digest HmacSha256::mac(std::span<const std::uint8_t> message) const {
  WipedState inner = context_->inner;
  inner.add(message);
  WipedState outer = context_->outer;
  outer.add(inner.end());
  return outer.end();
}

bool equal_in_constant_time(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace consent::server
