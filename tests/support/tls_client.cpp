#include "support/tls_client.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <stdexcept>

namespace consent::testing {
namespace {

template <auto free>
struct Release {
  template <typename Thing>
  void operator()(Thing* thing) const {
    free(thing);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Release<X509_free>>;
using Memory = std::unique_ptr<BIO, Release<BIO_free>>;

constexpr long kSecondsValid = 86'400;

void require(bool done) {
  if (!done) throw std::runtime_error("TLS client: OpenSSL refuses");
}

// All that lies in it.
std::string taken_from(BIO* memory) {
  std::string text(BIO_ctrl_pending(memory), '\0');
  if (!text.empty()) BIO_read(memory, text.data(), static_cast<int>(text.size()));
  return text;
}

Certificate self_signed(EVP_PKEY* key) {
  Certificate certificate(X509_new());
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), kSecondsValid);
  X509_set_pubkey(certificate.get(), key);
  require(X509_sign(certificate.get(), key, EVP_sha256()) > 0);
  return certificate;
}

}  // namespace

tls::Files make_certificate(const TemporaryDirectory& directory) {
  const Key key(EVP_EC_gen("P-256"));
  require(key != nullptr);
  const Certificate certificate = self_signed(key.get());
  const Memory memory(BIO_new(BIO_s_mem()));
  tls::Files files;
  require(PEM_write_bio_X509(memory.get(), certificate.get()) == 1);
  files.certificate = directory.write("server.pem", taken_from(memory.get()));
  require(PEM_write_bio_PrivateKey(memory.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                   nullptr) == 1);
  files.key = directory.write("server.key", taken_from(memory.get()));
  return files;
}

struct TlsClient::Engine {
  std::unique_ptr<SSL_CTX, Release<SSL_CTX_free>> context{SSL_CTX_new(TLS_client_method())};
  std::unique_ptr<SSL, Release<SSL_free>> ssl{SSL_new(context.get())};
  BIO* arrived = BIO_new(BIO_s_mem());  // both belong to ssl
  BIO* leaving = BIO_new(BIO_s_mem());
};

TlsClient::TlsClient() : engine_(std::make_unique<Engine>()) {
  SSL_set_bio(engine_->ssl.get(), engine_->arrived, engine_->leaving);
  SSL_set_connect_state(engine_->ssl.get());
}

TlsClient::~TlsClient() = default;

std::string TlsClient::receive(std::string_view sealed) {
  SSL* const ssl = engine_->ssl.get();
  if (!sealed.empty()) {
    BIO_write(engine_->arrived, sealed.data(), static_cast<int>(sealed.size()));
  }
  std::array<char, 16 * 1024> buffer{};
  int count = 0;
  while ((count = SSL_read(ssl, buffer.data(), static_cast<int>(buffer.size()))) > 0) {
    received_.append(buffer.data(), static_cast<std::size_t>(count));
  }
  require(SSL_get_error(ssl, count) == SSL_ERROR_WANT_READ || has_goodbye());
  return taken_from(engine_->leaving);
}

std::string TlsClient::seal(std::string_view plain) {
  const int size = static_cast<int>(plain.size());
  require(SSL_write(engine_->ssl.get(), plain.data(), size) == size);
  return taken_from(engine_->leaving);
}

bool TlsClient::has_goodbye() const {
  return (SSL_get_shutdown(engine_->ssl.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
}

}  // namespace consent::testing
