#include "crypto/aes_gcm.h"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

namespace consent::server {
namespace {

[[noreturn]] void fail() {
  throw std::runtime_error("AES-256-GCM failed; check OpenSSL's configuration");
}

const EVP_CIPHER* fetched_cipher() {
  static EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  if (cipher == nullptr) fail();
  return cipher;
}

int size_of(ByteView bytes) { return static_cast<int>(bytes.size()); }

}  // namespace

// OpenSSL wipes the key schedule when the context is freed, keyed anew or reset.
struct AesGcm::Context {
  struct Free {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
  };
  std::unique_ptr<EVP_CIPHER_CTX, Free> cipher{EVP_CIPHER_CTX_new()};
};

namespace {

// The key does not outlive its use: another one takes its place, which costs less than a context.
class Unkey {
 public:
  explicit Unkey(EVP_CIPHER_CTX* context) : context_(context) {}
  ~Unkey() {
    if (EVP_EncryptInit_ex2(context_, nullptr, kNone.data(), nullptr, nullptr) != 1) {
      EVP_CIPHER_CTX_reset(context_);
    }
  }
  Unkey(const Unkey&) = delete;
  Unkey& operator=(const Unkey&) = delete;

 private:
  static constexpr std::array<std::uint8_t, SecretKey::kBytes> kNone{};
  EVP_CIPHER_CTX* context_;
};

}  // namespace

AesGcm::AesGcm() : context_(std::make_unique<Context>()) {
  EVP_CIPHER_CTX* const context = context_->cipher.get();
  if (context == nullptr ||
      EVP_EncryptInit_ex2(context, fetched_cipher(), nullptr, nullptr, nullptr) != 1) {
    fail();
  }
}

AesGcm::~AesGcm() = default;
AesGcm::AesGcm(AesGcm&&) noexcept = default;
AesGcm& AesGcm::operator=(AesGcm&&) noexcept = default;

Bytes AesGcm::seal(const SecretKey& key, ByteView bound, ByteView plain) {
  EVP_CIPHER_CTX* const context = context_->cipher.get();
  const Unkey after(context);
  Bytes sealed(plain.size() + kOverheadBytes);
  const auto nonce = std::span(sealed).first<kNonceBytes>();
  std::uint8_t* const text = sealed.data() + kNonceBytes;
  pool_.fill(nonce);
  int size = 0;
  int last = 0;
  if (EVP_EncryptInit_ex2(context, nullptr, key.bytes().data(), nonce.data(), nullptr) != 1 ||
      EVP_EncryptUpdate(context, nullptr, &size, bound.data(), size_of(bound)) != 1 ||
      EVP_EncryptUpdate(context, text, &size, plain.data(), size_of(plain)) != 1 ||
      EVP_EncryptFinal_ex(context, text + size, &last) != 1 || size + last != size_of(plain) ||
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kTagBytes, text + plain.size()) != 1) {
    fail();
  }
  return sealed;
}

bool AesGcm::open(const SecretKey& key, ByteView bound, ByteView sealed, Bytes& plain) {
  plain.clear();
  if (sealed.size() < kOverheadBytes) return false;
  EVP_CIPHER_CTX* const context = context_->cipher.get();
  const Unkey after(context);
  const auto nonce = sealed.first(kNonceBytes);
  const auto text = sealed.subspan(kNonceBytes, sealed.size() - kOverheadBytes);
  Bytes tag(sealed.end() - kTagBytes, sealed.end());
  Bytes opened(text.size());
  int size = 0;
  int last = 0;
  if (EVP_DecryptInit_ex2(context, nullptr, key.bytes().data(), nonce.data(), nullptr) != 1 ||
      EVP_DecryptUpdate(context, nullptr, &size, bound.data(), size_of(bound)) != 1 ||
      EVP_DecryptUpdate(context, opened.data(), &size, text.data(), size_of(text)) != 1 ||
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()) != 1) {
    fail();
  }
  if (EVP_DecryptFinal_ex(context, opened.data() + size, &last) != 1) {
    wipe(opened);
    return false;
  }
  plain = std::move(opened);
  return true;
}

}  // namespace consent::server
