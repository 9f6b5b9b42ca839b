#pragma once
// What an event loop asks of the kernel: sockets, readiness and the time. A seam, so that a test
// can be the kernel.

#include <sys/epoll.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "http/deadline_queue.h"
#include "http/socket.h"

namespace consent::http {

// Of one loop: only wake() may be called by other threads, and send() by the one that has the
// connection.
class Network {
 public:
  virtual ~Network() = default;
  virtual Instant now() const = 0;

  // Readiness, edge-triggered as asked for in `events`; `tag` comes back with it. A descriptor that
  // is closed is watched no more. False when the kernel has no room for one more.
  virtual bool watch(int descriptor, std::uint32_t events, void* tag) = 0;
  virtual void unwatch(int descriptor) = 0;
  // How many of `events` were filled in; waits at most `milliseconds`, for ever when negative. What
  // wake() ended has no event.
  virtual std::size_t wait(std::span<epoll_event> events, int milliseconds) = 0;
  virtual void wake() = 0;

  virtual AcceptedSocket accept(const FileDescriptor& listening) = 0;
  // As recv(2) and send(2) without waiting, with errno.
  virtual ssize_t receive(int descriptor, std::span<char> to) = 0;
  virtual ssize_t send(int descriptor, std::string_view bytes) = 0;
  virtual void finish_sending(int descriptor) = 0;
};

// Throws std::runtime_error with a message for the operator.
std::shared_ptr<Network> make_kernel_network();

}  // namespace consent::http
