#include "http/listener_loop.h"

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <utility>

#include "crypto/clean_memory.h"
#include "http/problem.h"

namespace consent::http {
namespace {

constexpr std::size_t kEventsPerTurn = 64;
constexpr int kAcceptsPerTurn = 64;
constexpr int kLastAcceptsMax = 4096;       // as many as a kernel lets wait
constexpr std::size_t kTurnedAwayMax = 64;  // connections over the limit that still get their 503
constexpr std::chrono::milliseconds kLingerTimeout{1'000};
constexpr std::chrono::milliseconds kAcceptPause{100};
// A finished request may wait this long for its idle deadline to be set.
constexpr std::chrono::milliseconds kTurnWhileWorking{1'000};
// What returned functions leave on the loop's stack is overwritten this often.
constexpr std::chrono::milliseconds kStackKeptMax{100};

constexpr std::uint32_t kConnectionEvents = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;

}  // namespace

Listener::Loop::Loop(Group& group, std::shared_ptr<Network> network)
    : group_(group),
      network_(std::move(network)),
      idle_(limits_.idle_timeout),
      header_(limits_.header_timeout),
      body_(limits_.body_timeout),
      pace_(limits_.pace_interval),
      write_(limits_.write_timeout),
      linger_(kLingerTimeout),
      accept_pause_(kAcceptPause),
      arrived_(network_),
      due_(std::make_shared<Inbox<Connection*>>(network_)) {}

void Listener::Loop::accept_from(ListeningSocket socket) {
  listening_ = std::move(socket);
  if (!network_->watch(listening_.descriptor.number(), EPOLLIN, &listening_)) {
    throw std::runtime_error("cannot watch a socket: the kernel has no room for more");
  }
}

void Listener::Loop::start() {
  thread_ = quiet_thread([this] { run(); });
}

void Listener::Loop::join() {
  if (thread_.joinable()) thread_.join();
  listening_.descriptor.close();
}

void Listener::Loop::run() {
  std::array<epoll_event, kEventsPerTurn> events{};
  while (true) {
    longest_idle_until_.store(idle_.next().value_or(Instant::max()), std::memory_order_relaxed);
    const std::size_t count = network_->wait(events, wait_ms());
    now_ = network_->now();
    collect_done();
    collect_due();
    collect_arrived();
    for (const epoll_event& event : std::span(events).first(count)) {
      if (event.data.ptr == &listening_) {
        accept_waiting();
      } else {
        on_event(*static_cast<Connection*>(event.data.ptr), event.events);
      }
    }
    collect_done();
    resume_unfinished();
    answer_ready();
    expire();
    closed_.clear();
    wipe_when_due();
    if (group_.is_draining() && has_drained()) return;
  }
}

// Not in each turn: that costs a short answer a quarter more.
void Listener::Loop::wipe_when_due() {
  used_stack_ = now_ < wiped_ + kStackKeptMax;
  if (used_stack_) return;
  server::wipe_stack_below();
  wiped_ = now_;
}

int Listener::Loop::wait_ms() const {
  if (!unfinished_.empty() || !ready_.empty()) return 0;
  Instant until = Instant::max();
  for (const DeadlineQueue* queue :
       {&idle_, &header_, &body_, &pace_, &write_, &linger_, &accept_pause_}) {
    until = std::min(until, queue->next().value_or(Instant::max()));
  }
  if (used_stack_) until = std::min(until, wiped_ + kStackKeptMax);
  if (working_ > 0) until = std::min(until, now_ + kTurnWhileWorking);
  if (group_.is_draining()) {
    for (const Instant end : {group_.idle_until(), group_.drain_until()}) {
      if (now_ < end) until = std::min(until, end);
    }
  }
  if (until == Instant::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - now_);
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
}

void Listener::Loop::accept_waiting() {
  for (int i = 0; i < kAcceptsPerTurn && !group_.is_draining(); ++i) {
    if (!accept_one()) return;
  }
}

// Whoever has been connected by the kernel already would be reset when the socket closes.
void Listener::Loop::accept_last() {
  int left = kLastAcceptsMax;
  while (left > 0 && accept_one()) --left;
}

// False when there is none at present.
bool Listener::Loop::accept_one() {
  AcceptedSocket socket = network_->accept(listening_.descriptor);
  if (socket.descriptor.is_open()) {
    counters_.accepted.fetch_add(1, std::memory_order_relaxed);
    Loop& host = group_.next_host();
    host.counters_.open.fetch_add(1, std::memory_order_relaxed);
    if (&host == this) {
      admit(std::move(socket));
    } else {
      host.arrived_.add(std::move(socket));
    }
    return true;
  }
  if (socket.error == EINTR || socket.error == ECONNABORTED) return true;
  if (socket.error != EAGAIN) {
    // Out of descriptors or memory: trying again at once would only burn the processor.
    network_->unwatch(listening_.descriptor.number());
    accept_pause_.set(accept_retry_, now_);
  }
  return false;
}

void Listener::Loop::collect_arrived() {
  for (AcceptedSocket& socket : arrived_.take()) admit(std::move(socket));
}

// It is among the open ones already.
void Listener::Loop::admit(AcceptedSocket socket) {
  const bool counted = !is_trusted(socket.peer);
  const bool entered = !counted || group_.addresses().enter(socket.peer);
  const bool welcome = entered && take_seat();
  if (counted && entered && !welcome) group_.addresses().leave(socket.peer);
  const Drop reason = entered ? Drop::full : Drop::address;
  if (!welcome && turned_away_ >= kTurnedAwayMax) {
    counters_.open.fetch_sub(1, std::memory_order_relaxed);
    return counters_.count(reason);
  }
  auto owned = std::make_unique<Connection>();
  Connection& connection = *owned;
  connection.descriptor = std::move(socket.descriptor);
  connection.peer = socket.peer;
  connection.counted = welcome && counted;
  connection.seated = welcome;
  connection.slot = connections_.size();
  connections_.push_back(std::move(owned));
  if (!network_->watch(connection.descriptor.number(), kConnectionEvents, &connection)) {
    return close(connection);
  }
  if (!welcome) return turn_away(connection, reason);
  greet(connection);
}

bool Listener::Loop::is_trusted(const IpAddress& address) const {
  const auto& proxies = group_.options().trusted_proxies;
  return std::any_of(proxies.begin(), proxies.end(),
                     [&](const Cidr& proxy) { return proxy.contains(address); });
}

// For one more connection, at the cost of the one that has been idle longest; false when all are
// busy.
bool Listener::Loop::take_seat() {
  while (!group_.seats().take()) {
    Deadline* const longest_idle = idle_.first();
    if (longest_idle == nullptr) return false;
    drop(static_cast<Connection&>(*longest_idle), Drop::evicted);
  }
  return true;
}

void Listener::Loop::leave_seat(Connection& connection) {
  if (std::exchange(connection.seated, false)) group_.seats().leave();
}

void Listener::Loop::turn_away(Connection& connection, Drop reason) {
  if (group_.options().tls) return drop(connection, reason);  // no words before a handshake
  counters_.count(reason);
  leave_seat(connection);
  connection.turned_away = true;
  ++turned_away_;
  Response response =
      reason == Drop::full
          ? problem(503, "The server has too many connections; try again.")
          : problem(429, "This address has too many connections; close some and try again.");
  response.set("Retry-After", "5");
  answer_last(connection, std::move(response));
}

void Listener::Loop::drop(Connection& connection, Drop reason) {
  counters_.count(reason);
  close(connection);
}

void Listener::Loop::on_event(Connection& connection, std::uint32_t events) {
  if (connection.closed) return;
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) connection.broken = true;
  if ((events & EPOLLRDHUP) != 0) connection.peer_finished = true;
  if ((events & (EPOLLIN | EPOLLRDHUP)) != 0) connection.readable = true;
  if (connection.phase == Phase::working) {
    const std::lock_guard lock(done_mutex_);
    connection.awaited = true;
    return;
  }
  if (connection.broken) return close(connection);
  switch (connection.phase) {
    case Phase::greeting:
    case Phase::idle:
    case Phase::reading:
      return read(connection);
    case Phase::writing:
      return write(connection);
    case Phase::lingering:
      return discard(connection);
    case Phase::ready:
    case Phase::working:
      return;
  }
}

void Listener::Loop::postpone(Connection& connection) {
  if (!std::exchange(connection.unfinished, true)) unfinished_.push_back(&connection);
}

void Listener::Loop::resume_unfinished() {
  std::vector<Connection*> resumed;
  resumed.swap(unfinished_);
  for (Connection* connection : resumed) {
    connection->unfinished = false;
    if (connection->closed) continue;
    if (connection->phase == Phase::lingering) {
      discard(*connection);
    } else {
      read(*connection);
    }
  }
}

void Listener::Loop::expire() {
  while (Deadline* due = idle_.first_due(now_)) drop(static_cast<Connection&>(*due), Drop::idle);
  while (Deadline* due = write_.first_due(now_)) {
    drop(static_cast<Connection&>(*due), Drop::write_late);
  }
  while (Deadline* due = linger_.first_due(now_)) close(static_cast<Connection&>(*due));
  while (Deadline* due = header_.first_due(now_)) {
    auto& connection = static_cast<Connection&>(*due);
    if (connection.phase == Phase::greeting) {
      drop(connection, connection.tls ? Drop::tls_handshake : Drop::proxy_header);
    } else {
      refuse(connection, {408, "The request's header took too long."}, Drop::header_late);
    }
  }
  while (Deadline* due = body_.first_due(now_)) {
    refuse(static_cast<Connection&>(*due), {408, "The request's body took too long."},
           Drop::body_late);
  }
  while (Deadline* due = pace_.first_due(now_)) look_at_pace(static_cast<Exchange&>(*due));
  if (accept_pause_.first_due(now_) != nullptr) {
    accept_retry_.clear();
    const bool watched = network_->watch(listening_.descriptor.number(), EPOLLIN, &listening_);
    if (!watched) accept_pause_.set(accept_retry_, now_);
  }
}

// Closes what nobody waits for; true when nothing is left.
bool Listener::Loop::has_drained() {
  if (listening_.descriptor.is_open()) {
    accept_last();
    accept_retry_.clear();
    listening_.descriptor.close();
    group_.end_accepting();
  }
  const bool others_come = group_.is_accepting();
  collect_arrived();
  if (now_ < group_.idle_until()) return connections_.empty() && !others_come;
  const bool patient = now_ < group_.drain_until();
  for (std::size_t i = connections_.size(); i-- > 0;) {
    Connection& connection = *connections_[i];
    // A request may have arrived that no event has told of yet.
    if (connection.phase == Phase::idle) read(connection);
    const bool leaves = connection.phase <= Phase::idle || !patient;
    if (leaves && !connection.closed && connection.phase != Phase::working) close(connection);
  }
  closed_.clear();
  return connections_.empty() && !others_come;
}

void Listener::Loop::close(Connection& connection) {
  if (std::exchange(connection.closed, true)) return;
  connection.clear();
  if (connection.unfinished) std::erase(unfinished_, &connection);
  if (connection.phase == Phase::ready) std::erase(ready_, &connection);
  connection.descriptor.close();
  release_exchange(connection);
  if (connection.counted) group_.addresses().leave(connection.peer);
  leave_seat(connection);
  if (connection.turned_away) --turned_away_;
  connections_.back()->slot = connection.slot;
  std::swap(connections_[connection.slot], connections_.back());
  closed_.push_back(std::move(connections_.back()));
  connections_.pop_back();
  counters_.open.fetch_sub(1, std::memory_order_relaxed);
}

}  // namespace consent::http
