#include "server/http/fake_network.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <utility>

namespace consent::http {
namespace {

constexpr std::chrono::seconds kPatience{10};

struct Pipe {
  FileDescriptor ours;
  FileDescriptor theirs;
};

Pipe make_pipe() {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) throw std::runtime_error("fake: no pipe");
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

// Whether the other end of the pipe has been closed.
bool has_hung_up(const FileDescriptor& end) {
  pollfd waiting{end.number(), POLLIN, 0};
  return ::poll(&waiting, 1, 0) == 1 && (waiting.revents & POLLHUP) != 0;
}

bool hangs_up_in_time(const FileDescriptor& end) {
  pollfd waiting{end.number(), POLLIN, 0};
  const auto patience = std::chrono::duration_cast<std::chrono::milliseconds>(kPatience);
  return ::poll(&waiting, 1, static_cast<int>(patience.count())) == 1;
}

ssize_t fail_with(int error) {
  errno = error;
  return -1;
}

}  // namespace

ListeningSocket FakeNetwork::listening() {
  Pipe pipe = make_pipe();
  listening_end_ = std::move(pipe.ours);
  listening_number_ = pipe.theirs.number();
  ListeningSocket socket;
  socket.descriptor = std::move(pipe.theirs);
  socket.loopback = true;
  return socket;
}

void FakeNetwork::post(int descriptor, std::uint32_t events) {
  events_[descriptor] |= events;
  changed_.notify_all();
}

// What is closed is watched no more, as with epoll.
bool FakeNetwork::is_watched(int descriptor) {
  const auto found = sockets_.find(descriptor);
  if (found != sockets_.end() && has_hung_up(found->second.other_end)) watched_.erase(descriptor);
  return watched_.count(descriptor) != 0;
}

// The loop has nothing left to do at this time of the clock.
void FakeNetwork::settle(std::unique_lock<std::mutex>& lock) {
  const bool settled = changed_.wait_for(lock, kPatience, [this] {
    const bool watched = std::any_of(events_.begin(), events_.end(),
                                     [this](const auto& event) { return is_watched(event.first); });
    return asleep_ && !woken_ && !watched && (!due_ || *due_ > now_);
  });
  if (!settled) throw std::runtime_error("fake: the loop does not come to rest");
}

FakeNetwork::Client FakeNetwork::connect() {
  Pipe pipe = make_pipe();
  std::unique_lock lock(mutex_);
  const Client client = pipe.theirs.number();
  sockets_[client] = Socket{};
  sockets_[client].other_end = std::move(pipe.ours);
  backlog_.emplace_back(client, std::move(pipe.theirs));
  post(listening_number_, EPOLLIN);
  settle(lock);
  return client;
}

void FakeNetwork::deliver(Client client, std::string bytes) {
  deliver_together({{client, std::move(bytes)}});
}

void FakeNetwork::deliver_together(const std::vector<std::pair<Client, std::string>>& pieces) {
  std::unique_lock lock(mutex_);
  for (const auto& [client, bytes] : pieces) {
    socket(client).incoming.push_back(bytes);
    post(client, EPOLLIN);
  }
  settle(lock);
}

void FakeNetwork::finish(Client client) {
  std::unique_lock lock(mutex_);
  socket(client).finished = true;
  post(client, EPOLLIN | EPOLLRDHUP);
  settle(lock);
}

void FakeNetwork::reset(Client client) {
  std::unique_lock lock(mutex_);
  socket(client).broken = true;
  post(client, EPOLLIN | EPOLLERR | EPOLLHUP);
  settle(lock);
}

void FakeNetwork::advance(std::chrono::milliseconds span) {
  std::unique_lock lock(mutex_);
  now_ += span;
  changed_.notify_all();
  settle(lock);
}

void FakeNetwork::advance_to_the_end(std::chrono::milliseconds span) {
  const std::lock_guard lock(mutex_);
  now_ += span;
  changed_.notify_all();
}

std::chrono::milliseconds FakeNetwork::sleep() {
  std::unique_lock lock(mutex_);
  settle(lock);
  return due_ ? std::chrono::ceil<std::chrono::milliseconds>(*due_ - now_)
              : std::chrono::milliseconds::max();
}

void FakeNetwork::take_in_pieces(Client client, std::vector<ssize_t> pieces) {
  const std::lock_guard lock(mutex_);
  socket(client).pieces.assign(pieces.begin(), pieces.end());
}

void FakeNetwork::make_writable(Client client) {
  std::unique_lock lock(mutex_);
  post(client, EPOLLOUT);
  settle(lock);
}

void FakeNetwork::fail_accepts(std::vector<int> errors) {
  const std::lock_guard lock(mutex_);
  accept_errors_.assign(errors.begin(), errors.end());
}

std::string FakeNetwork::sent_through(Client client, std::string_view end) {
  std::unique_lock lock(mutex_);
  const bool there =
      changed_.wait_for(lock, kPatience, [&] { return socket(client).sent.ends_with(end); });
  if (!there) throw std::runtime_error("fake: only this was sent: " + socket(client).sent);
  return socket(client).sent;
}

void FakeNetwork::wait_until_answered(Client client) {
  std::unique_lock lock(mutex_);
  if (changed_.wait_for(lock, kPatience, [&] { return !socket(client).sent.empty(); })) return;
  throw std::runtime_error("fake: nothing was sent");
}

std::string FakeNetwork::sent(Client client) {
  const std::lock_guard lock(mutex_);
  return socket(client).sent;
}

bool FakeNetwork::is_closed(Client client) {
  const std::lock_guard lock(mutex_);
  return has_hung_up(socket(client).other_end);
}

void FakeNetwork::wait_until_closed(Client client) {
  if (!hangs_up_in_time(socket(client).other_end)) {
    throw std::runtime_error("fake: the connection stays open");
  }
  std::unique_lock lock(mutex_);
  settle(lock);
}

void FakeNetwork::wait_until_nobody_listens() {
  if (!hangs_up_in_time(listening_end_)) throw std::runtime_error("fake: still listening");
}

void FakeNetwork::wait_until_sending_is_finished(Client client) {
  std::unique_lock lock(mutex_);
  const auto finished = [&] { return socket(client).sending_finished; };
  if (changed_.wait_for(lock, kPatience, finished)) return settle(lock);
  throw std::runtime_error("fake: the listener does not finish sending");
}

void FakeNetwork::wait_until_full(Client client, int times) {
  std::unique_lock lock(mutex_);
  if (changed_.wait_for(lock, kPatience, [&] { return socket(client).full >= times; })) {
    return settle(lock);
  }
  throw std::runtime_error("fake: the listener does not try to send");
}

Instant FakeNetwork::now() const {
  const std::lock_guard lock(mutex_);
  return now_;
}

bool FakeNetwork::watch(int descriptor, std::uint32_t, void* tag) {
  const std::lock_guard lock(mutex_);
  watched_[descriptor] = tag;
  // As epoll does: what is ready already is told of.
  const auto found = sockets_.find(descriptor);
  if (found != sockets_.end() && !found->second.incoming.empty()) post(descriptor, EPOLLIN);
  if (descriptor == listening_number_ && !backlog_.empty()) post(descriptor, EPOLLIN);
  return true;
}

void FakeNetwork::unwatch(int descriptor) {
  const std::lock_guard lock(mutex_);
  watched_.erase(descriptor);
}

std::size_t FakeNetwork::wait(std::span<epoll_event> events, int milliseconds) {
  std::unique_lock lock(mutex_);
  due_.reset();
  if (milliseconds >= 0) due_ = now_ + std::chrono::milliseconds(milliseconds);
  std::size_t filled = 0;
  const auto collect = [&] {
    for (auto event = events_.begin(); event != events_.end() && filled < events.size();) {
      if (!is_watched(event->first)) {
        ++event;
        continue;
      }
      events[filled].events = event->second;
      events[filled++].data.ptr = watched_.at(event->first);
      event = events_.erase(event);
    }
    return filled > 0 || std::exchange(woken_, false) || (due_ && *due_ <= now_);
  };
  asleep_ = true;
  changed_.notify_all();
  while (!collect()) changed_.wait(lock);
  asleep_ = false;
  return filled;
}

void FakeNetwork::wake() {
  const std::lock_guard lock(mutex_);
  woken_ = true;
  changed_.notify_all();
}

AcceptedSocket FakeNetwork::accept(const FileDescriptor&) {
  const std::lock_guard lock(mutex_);
  AcceptedSocket accepted;
  accepted.error = EAGAIN;
  if (!accept_errors_.empty()) {
    accepted.error = accept_errors_.front();
    accept_errors_.pop_front();
  } else if (!backlog_.empty()) {
    accepted.descriptor = std::move(backlog_.front().second);
    accepted.peer = *IpAddress::parse("203.0.113.7");
    accepted.error = 0;
    backlog_.pop_front();
  }
  return accepted;
}

ssize_t FakeNetwork::receive(int descriptor, std::span<char> to) {
  const std::lock_guard lock(mutex_);
  Socket& from = socket(descriptor);
  if (from.broken) return fail_with(ECONNRESET);
  if (from.incoming.empty()) return from.finished ? 0 : fail_with(EAGAIN);
  std::string& bytes = from.incoming.front();
  const std::size_t count = bytes.copy(to.data(), to.size());
  bytes.erase(0, count);
  if (bytes.empty()) from.incoming.pop_front();
  return static_cast<ssize_t>(count);
}

ssize_t FakeNetwork::send(int descriptor, std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  Socket& to = socket(descriptor);
  if (to.broken) return fail_with(ECONNRESET);
  ssize_t piece = static_cast<ssize_t>(bytes.size());
  if (!to.pieces.empty()) {
    piece = std::min(piece, to.pieces.front());
    to.pieces.pop_front();
  }
  if (piece == 0) ++to.full;
  changed_.notify_all();
  if (piece <= 0) return fail_with(piece == 0 ? EAGAIN : EPIPE);
  to.sent += bytes.substr(0, static_cast<std::size_t>(piece));
  changed_.notify_all();
  return piece;
}

void FakeNetwork::finish_sending(int descriptor) {
  const std::lock_guard lock(mutex_);
  socket(descriptor).sending_finished = true;
  changed_.notify_all();
}

}  // namespace consent::http
