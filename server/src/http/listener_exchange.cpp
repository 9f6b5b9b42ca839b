// The part of the event loop that follows one request: reading, its turn, writing, and what comes
// after.

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "http/listener_loop.h"
#include "http/problem.h"
#include "http/random_id.h"

namespace consent::http {
namespace {

constexpr int kReadsPerTurn = 16;
constexpr std::size_t kAnswersPerTurn = 64;
constexpr std::size_t kSpareExchangesMax = 256;
constexpr std::size_t kKeptWireBytes = 16 * 1024;
constexpr std::size_t kDiscardedBytesMax = 8 * 1024 * 1024;
constexpr std::size_t kBytesPerWriteDeadline = 16 * 1024;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

// What the kernel took; 0 when it takes nothing at present, -1 when the connection is gone.
ssize_t Listener::Loop::send_some(const Connection& connection, std::string_view bytes) {
  while (true) {
    const ssize_t count = network_->send(connection.descriptor.number(), bytes);
    if (count >= 0) {
      counters_.sent_bytes.fetch_add(static_cast<std::uint64_t>(count), std::memory_order_relaxed);
      return count;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) return 0;
    if (errno != EINTR) return -1;
  }
}

void Listener::Loop::read(Connection& connection) {
  for (int reads = 0; !connection.closed && connection.phase <= Phase::reading; ++reads) {
    if (reads == kReadsPerTurn) return postpone(connection);
    const ssize_t count = network_->receive(connection.descriptor.number(), scratch_);
    if (count > 0) {
      const auto size = static_cast<std::size_t>(count);
      counters_.received_bytes.fetch_add(size, std::memory_order_relaxed);
      // The kernel has no more, and tells of what comes next.
      connection.readable = size == scratch_.size() || connection.peer_finished;
      receive(connection, {scratch_.data(), size});
      explicit_bzero(scratch_.data(), size);
    } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
      return close(connection);
    } else if (errno == EAGAIN) {
      connection.readable = false;
    }
    if (!connection.readable) return;
  }
}

void Listener::Loop::take(Connection& connection, std::string_view bytes) {
  if (!connection.exchange) connection.exchange = obtain_exchange();
  RequestReader& reader = connection.exchange->reader;
  if (connection.phase == Phase::idle) {
    connection.phase = Phase::reading;
    connection.continued = false;
    header_.set(connection, now_);
    connection.exchange->owner = &connection;
    connection.exchange->paced_bytes = 0;
    pace_.set(*connection.exchange, now_);
  }
  connection.exchange->paced_bytes += bytes.size();
  const bool had_head = reader.has_head();
  const std::size_t taken = reader.feed(bytes);
  if (reader.is_refused()) return refuse(connection, reader.error(), Drop::malformed);
  if (reader.is_complete()) {
    connection.pending = bytes.substr(taken);
    return submit(connection);
  }
  if (!had_head && reader.has_head()) body_.set(connection, now_);
  if (reader.expects_continue() && !connection.continued) send_continue(connection);
}

void Listener::Loop::send_continue(Connection& connection) {
  connection.continued = true;
  std::string sealed;
  if (connection.tls) connection.tls->seal(kContinue, sealed);
  const std::string_view bytes = connection.tls ? std::string_view(sealed) : kContinue;
  // Everything before was written: a kernel that does not take these bytes has no room for an
  // answer either.
  if (send_some(connection, bytes) != static_cast<ssize_t>(bytes.size())) {
    close(connection);
  }
}

void Listener::Loop::submit(Connection& connection) {
  Exchange& exchange = *connection.exchange;
  exchange.clear();
  exchange.reader.request().peer = connection.peer;
  exchange.reader.request().arrived = now_;
  exchange.reader.request().secure = connection.secure;
  ++connection.requests;
  if (!exchange.reader.keeps_alive() || group_.is_draining() ||
      connection.requests >= limits_.requests_per_connection_max) {
    exchange.persistence = Persistence::close;
  } else {
    exchange.persistence =
        exchange.reader.is_http_1_0() ? Persistence::keep_alive_1_0 : Persistence::keep_alive;
  }
  connection.clear();
  connection.phase = Phase::ready;
  ready_.push_back(&connection);
}

// When all that has arrived was read: so what is found out for one of the requests, by looking at a
// file say, is true for every one of them.
void Listener::Loop::answer_ready() {
  if (ready_.empty()) return;
  static std::atomic<std::uint64_t> turns{0};
  const std::uint64_t turn = ++turns;
  const std::shared_ptr<const Router> router = group_.router();
  // Requests that stand behind these are answered in later turns.
  for (std::size_t left = std::min(ready_.size(), kAnswersPerTurn); left > 0; --left) {
    Connection& connection = *ready_.front();
    ready_.pop_front();
    if (connection.phase == Phase::working) {
      answer_due(connection);
    } else {
      connection.exchange->reader.request().turn = turn;
      answer(connection, router);
    }
  }
}

void Listener::Loop::refuse(Connection& connection, const ReadError& error, Drop reason) {
  counters_.count(reason);
  Request& request = connection.exchange->reader.request();
  request.id = random_id();
  request.arrived = now_;
  Response response = problem(error.status, error.detail);
  group_.router()->report(request, response);
  answer_last(connection, std::move(response));
}

// A request that comes drop by drop holds memory without meaning to end.
void Listener::Loop::look_at_pace(Exchange& exchange) {
  if (exchange.paced_bytes < limits_.pace_bytes_min) {
    return refuse(*exchange.owner, {408, "The request came too slowly."}, Drop::too_slow);
  }
  exchange.paced_bytes = 0;
  pace_.set(exchange, now_);
}

void Listener::Loop::answer_last(Connection& connection, Response response) {
  if (!connection.exchange) connection.exchange = obtain_exchange();
  Exchange& exchange = *connection.exchange;
  const std::string& id = exchange.reader.request().id;
  response.add("X-Request-Id", id.empty() ? random_id() : id);
  if (connection.secure) response.add("Strict-Transport-Security", kStrictTransport);
  Processed processed;
  if (exchange.reader.request().method == "HEAD") processed.method = "HEAD";
  exchange.persistence = Persistence::close;
  append_answer(processed, response, exchange.answer);
  seal_answer(connection);
  connection.clear();
  exchange.clear();
  connection.phase = Phase::writing;
  connection.untimed_bytes = 0;
  write(connection);
}

void Listener::Loop::write(Connection& connection) {
  Outgoing& answer = connection.exchange->answer;
  while (!answer.is_sent()) {
    const bool on_wire = !connection.tls || answer.sent < answer.wire.size();
    if (!on_wire && !seal_piece(connection)) return close(connection);
    const ssize_t count = send_some(connection, answer.next());
    if (count < 0) return close(connection);
    const auto size = static_cast<std::size_t>(count);
    answer.advance(size);
    if (answer.is_sent()) break;
    connection.untimed_bytes += size;
    if (!connection.is_in(write_) || connection.untimed_bytes >= kBytesPerWriteDeadline) {
      connection.untimed_bytes = 0;
      write_.set(connection, now_);
    }
    if (count == 0) return;
  }
  after_answer(connection);
}

void Listener::Loop::after_answer(Connection& connection) {
  if (connection.exchange->persistence == Persistence::close) return linger(connection);
  connection.phase = Phase::idle;
  if (connection.pending.empty()) {
    release_exchange(connection);
    idle_.set(connection, now_);
  } else {
    Exchange& exchange = *connection.exchange;
    exchange.reader.reset();
    exchange.answer.clear();
    const std::string pending = std::exchange(connection.pending, {});
    take(connection, pending);
  }
  if (connection.readable && !connection.closed) read(connection);
}

void Listener::Loop::linger(Connection& connection) {
  release_exchange(connection);
  connection.pending = {};
  connection.phase = Phase::lingering;
  connection.untimed_bytes = 0;
  network_->finish_sending(connection.descriptor.number());
  linger_.set(connection, now_);
  if (connection.readable) discard(connection);
}

void Listener::Loop::discard(Connection& connection) {
  for (int reads = 0; reads < kReadsPerTurn; ++reads) {
    const ssize_t count = network_->receive(connection.descriptor.number(), scratch_);
    if (count < 0 && errno == EAGAIN) {
      connection.readable = false;
      return;
    }
    const std::size_t size = count > 0 ? static_cast<std::size_t>(count) : 0;
    explicit_bzero(scratch_.data(), size);
    connection.untimed_bytes += size;
    if (count <= 0 || connection.untimed_bytes > kDiscardedBytesMax) return close(connection);
  }
  postpone(connection);
}

std::unique_ptr<Exchange> Listener::Loop::obtain_exchange() {
  if (spare_.empty()) {
    ReaderLimits limits;
    limits.header_bytes_max = limits_.header_bytes_max;
    limits.body_bytes_max = limits_.body_bytes_max;
    return std::make_unique<Exchange>(limits);
  }
  std::unique_ptr<Exchange> exchange = std::move(spare_.back());
  spare_.pop_back();
  return exchange;
}

void Listener::Loop::release_exchange(Connection& connection) {
  if (!connection.exchange) return;
  std::unique_ptr<Exchange> exchange = std::move(connection.exchange);
  if (spare_.size() >= kSpareExchangesMax) return;
  exchange->clear();
  exchange->reader.reset();
  exchange->answer.clear();
  if (exchange->answer.wire.capacity() > kKeptWireBytes) exchange->answer.wire = {};
  spare_.push_back(std::move(exchange));
}

}  // namespace consent::http
