#include "crypto/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <cstring>
#include <stdexcept>

namespace consent::tls {
namespace {

struct Release {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};

[[noreturn]] void fail(const std::string& what) {
  // The first one is the cause, the last one says only what it kept from happening.
  const unsigned long code = ERR_peek_error();
  const char* const reason =
      ERR_SYSTEM_ERROR(code) ? std::strerror(ERR_GET_REASON(code)) : ERR_reason_error_string(code);
  throw std::runtime_error(what + (reason == nullptr ? "" : ": " + std::string(reason)));
}

// RFC 7301: HTTP/1.1 is all that is spoken here; a client that offers other protocols only is told.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* offered, unsigned offered_size, void*) {
  static constexpr std::array<unsigned char, 9> kOwn = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* chosen = nullptr;
  const int found = SSL_select_next_proto(
      &chosen, out_size, kOwn.data(), static_cast<unsigned>(kOwn.size()), offered, offered_size);
  if (found != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

void require_client_certificates(SSL_CTX* context, const std::string& path) {
  if (SSL_CTX_load_verify_file(context, path.c_str()) != 1) {
    fail(path + ": cannot read the certificates that clients are checked against");
  }
  SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(path.c_str()));
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
}

// Every connection shakes hands in full: a ticket would outlive the certificate it was made under.
void forbid_resumption(SSL_CTX* context) {
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(context, 0);
}

// Where OpenSSL reads and writes during one call.
struct Traffic {
  std::string_view arrived;
  std::string* leaving = nullptr;
};

int read_arrived(BIO* bio, char* to, int size) noexcept {
  Traffic& traffic = *static_cast<Traffic*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  const std::size_t count = traffic.arrived.copy(to, static_cast<std::size_t>(size));
  traffic.arrived.remove_prefix(count);
  if (count > 0) return static_cast<int>(count);
  BIO_set_retry_read(bio);
  return -1;
}

int write_leaving(BIO* bio, const char* from, int size) noexcept {
  const Traffic& traffic = *static_cast<Traffic*>(BIO_get_data(bio));
  traffic.leaving->append(from, static_cast<std::size_t>(size));
  return size;
}

long control(BIO*, int command, long, void*) noexcept { return command == BIO_CTRL_FLUSH ? 1 : 0; }

// OpenSSL's own memory keeps the room that the longest text took.
const BIO_METHOD* traffic_method() {
  static const BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "traffic");
    if (made == nullptr) throw std::bad_alloc();
    BIO_meth_set_read(made, read_arrived);
    BIO_meth_set_write(made, write_leaving);
    BIO_meth_set_ctrl(made, control);
    return made;
  }();
  return method;
}

}  // namespace

struct Context::Settings {
  std::unique_ptr<SSL_CTX, Release> context;
};

Context::Context(const Files& files) : settings_(std::make_unique<Settings>()) {
  ERR_clear_error();
  settings_->context.reset(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* const context = settings_->context.get();
  if (context == nullptr) fail("TLS cannot be set up");
  SSL_CTX_set_min_proto_version(context, files.allow_1_2 ? TLS1_2_VERSION : TLS1_3_VERSION);
  if (SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1) {
    fail("TLS cannot be set up");
  }
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  forbid_resumption(context);
  if (SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()) != 1) {
    fail(files.certificate + ": cannot read the TLS certificate");
  }
  if (SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    fail(files.key + ": cannot read the TLS key, or it does not belong to the certificate");
  }
  if (!files.client_ca.empty()) require_client_certificates(context, files.client_ca);
}

Context::~Context() = default;

struct Channel::Engine {
  Traffic traffic;
  std::unique_ptr<SSL, Release> ssl;
  State state = State::handshaking;

  void begin(std::string_view arrived, std::string& wire) {
    ERR_clear_error();
    traffic = {arrived, &wire};
  }
  // Whether the call that answered `result` only lacks bytes.
  bool wants_more(int result) const {
    return SSL_get_error(ssl.get(), result) == SSL_ERROR_WANT_READ;
  }
  void shake_hands() {
    const int result = SSL_do_handshake(ssl.get());
    if (result == 1) {
      state = State::open;
    } else if (!wants_more(result)) {
      state = State::failed;
    }
  }
  void read(std::string& plain) {
    std::array<char, 16 * 1024> buffer;
    while (true) {
      const int count = SSL_read(ssl.get(), buffer.data(), static_cast<int>(buffer.size()));
      if (count > 0) {
        plain.append(buffer.data(), static_cast<std::size_t>(count));
        continue;
      }
      if (wants_more(count)) return;
      const bool goodbye = SSL_get_error(ssl.get(), count) == SSL_ERROR_ZERO_RETURN;
      state = goodbye ? State::closed : State::failed;
      return;
    }
  }
};

Channel::Channel(const Context& context) : engine_(std::make_unique<Engine>()) {
  engine_->ssl.reset(SSL_new(context.settings_->context.get()));
  BIO* const bio = engine_->ssl ? BIO_new(traffic_method()) : nullptr;
  if (bio == nullptr) throw std::bad_alloc();
  BIO_set_data(bio, &engine_->traffic);
  BIO_set_init(bio, 1);
  SSL_set_bio(engine_->ssl.get(), bio, bio);
  SSL_set_accept_state(engine_->ssl.get());
}

Channel::~Channel() = default;
Channel::Channel(Channel&&) noexcept = default;
Channel& Channel::operator=(Channel&&) noexcept = default;

Channel::State Channel::receive(std::string_view bytes, std::string& plain, std::string& wire) {
  Engine& engine = *engine_;
  engine.begin(bytes, wire);
  if (engine.state == State::handshaking) engine.shake_hands();
  if (engine.state == State::open) engine.read(plain);
  return engine.state;
}

bool Channel::seal(std::string_view plain, std::string& wire) {
  Engine& engine = *engine_;
  engine.begin({}, wire);
  if (engine.state == State::handshaking || engine.state == State::failed) return false;
  std::size_t written = 0;
  const bool sealed =
      plain.empty() || (SSL_write_ex(engine.ssl.get(), plain.data(), plain.size(), &written) == 1 &&
                        written == plain.size());
  if (!sealed) engine.state = State::failed;
  return sealed;
}

void Channel::finish(std::string& wire) {
  engine_->begin({}, wire);
  if (engine_->state == State::open || engine_->state == State::closed) {
    SSL_shutdown(engine_->ssl.get());
  }
  engine_->state = State::failed;
}

}  // namespace consent::tls
