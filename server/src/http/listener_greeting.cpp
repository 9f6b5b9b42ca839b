// The part of the event loop that comes before and beneath the requests: whose connection it is,
// and TLS.

#include "crypto/tls.h"
#include "http/listener_loop.h"
#include "http/proxy_header.h"

namespace consent::http {
namespace {

constexpr std::size_t kSealedAtOnce = 8 * 1024;

// The goodbye, behind the last byte of the last answer.
void seal_end(const Exchange& exchange, tls::Channel& channel, std::string& wire) {
  const bool last = exchange.persistence == Persistence::close && exchange.answer.rest == nullptr;
  if (last) channel.finish(wire);
}

}  // namespace

void Listener::Loop::greet(Connection& connection) {
  connection.awaits_proxy_header = group_.options().proxy_protocol && is_trusted(connection.peer);
  if (const auto context = group_.tls()) connection.tls.emplace(*context);
  if (!connection.awaits_proxy_header && !connection.tls) return await_request(connection);
  connection.phase = Phase::greeting;
  header_.set(connection, now_);
}

void Listener::Loop::await_request(Connection& connection) {
  connection.phase = Phase::idle;
  idle_.set(connection, now_);
}

void Listener::Loop::receive(Connection& connection, std::string_view bytes) {
  if (connection.awaits_proxy_header) return take_proxy_header(connection, bytes);
  if (connection.tls) return take_sealed(connection, bytes);
  take(connection, bytes);
}

void Listener::Loop::take_proxy_header(Connection& connection, std::string_view bytes) {
  connection.pending.append(bytes);
  const ProxyHeader header = read_proxy_header(connection.pending);
  if (header.state == ProxyHeader::State::partial) return;
  if (header.state == ProxyHeader::State::malformed) return drop(connection, Drop::proxy_header);
  connection.awaits_proxy_header = false;
  connection.secure = header.secure;
  const std::string rest = connection.pending.substr(header.size);
  connection.pending = {};
  if (header.client) {
    connection.peer = *header.client;
    connection.counted = !is_trusted(connection.peer);
    if (connection.counted && !group_.addresses().enter(connection.peer)) {
      connection.counted = false;
      return turn_away(connection, Drop::address);
    }
  }
  if (!connection.tls) await_request(connection);
  if (!rest.empty()) receive(connection, rest);
}

void Listener::Loop::take_sealed(Connection& connection, std::string_view bytes) {
  std::string plain;
  std::string wire;
  const tls::Channel::State state = connection.tls->receive(bytes, plain, wire);
  // All that was sealed before has been sent: a kernel that does not take a handshake's few bytes
  // has no room for an answer either.
  const bool sent =
      wire.empty() || send_some(connection, wire) == static_cast<ssize_t>(wire.size());
  if (state == tls::Channel::State::failed || !sent) return drop(connection, Drop::tls_handshake);
  if (connection.phase == Phase::greeting && state != tls::Channel::State::handshaking) {
    connection.secure = true;
    await_request(connection);
  }
  if (!plain.empty()) take(connection, plain);
  if (state == tls::Channel::State::closed && connection.phase <= Phase::reading) {
    close(connection);
  }
}

void Listener::Loop::seal_answer(Connection& connection) {
  if (!connection.tls) return;
  Exchange& exchange = *connection.exchange;
  Outgoing& answer = exchange.answer;
  std::string sealed;
  if (!connection.tls->seal(answer.wire, sealed)) {
    exchange.persistence = Persistence::close;
    answer.rest.reset();
  }
  seal_end(exchange, *connection.tls, sealed);
  answer.wire = std::move(sealed);
}

// The next piece of the rest, in place of what was sent; false when it cannot be sealed.
bool Listener::Loop::seal_piece(Connection& connection) {
  Exchange& exchange = *connection.exchange;
  Outgoing& answer = exchange.answer;
  const auto piece = std::string_view(*answer.rest).substr(answer.taken, kSealedAtOnce);
  answer.wire.clear();
  answer.sent = 0;
  if (!connection.tls->seal(piece, answer.wire)) return false;
  answer.take(piece.size());
  seal_end(exchange, *connection.tls, answer.wire);
  return true;
}

}  // namespace consent::http
