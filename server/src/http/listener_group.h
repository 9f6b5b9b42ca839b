#pragma once
// The loops of a listener, and what they share: who is let in, what answers, and the workers. The
// first loop accepts, and gives each connection to the loop that has the fewest.

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "http/address_counts.h"
#include "http/listener.h"
#include "http/network.h"
#include "http/seats.h"
#include "http/worker_pool.h"

namespace consent::http {

class Listener::Group {
 public:
  Group(ListeningSocket socket, std::shared_ptr<const Router> router, ListenerOptions options);
  ~Group();
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  // The listener's.
  std::uint16_t port() const { return port_; }
  bool is_loopback() const { return loopback_; }
  void start();
  void drain(std::chrono::milliseconds patience);
  ListenerFigures figures() const;
  void use(std::shared_ptr<const Router> router);
  void use_tls(std::shared_ptr<const tls::Context> context);

  // Any thread's.
  const ListenerOptions& options() const { return options_; }
  std::shared_ptr<const Router> router() const;
  std::shared_ptr<const tls::Context> tls() const;
  AddressCounts& addresses() { return addresses_; }
  Seats& seats() { return seats_; }
  void submit(std::function<void()> work) { pool_->submit(std::move(work)); }
  bool is_draining() const { return draining_; }
  // Once it drains: when what is in flight is given up, and before that, who says nothing.
  Instant drain_until() const { return drain_until_; }
  Instant idle_until() const { return idle_until_; }
  bool is_accepting() const { return accepting_; }

  // The accepting loop's. Whose the next connection is: of the loop with the fewest, or, when every
  // seat is taken, of the one whose longest idle connection is to leave for it.
  Loop& next_host() const;
  void end_accepting();

 private:
  const ListenerOptions options_;
  const std::uint16_t port_;
  const bool loopback_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Router> router_;
  std::shared_ptr<const tls::Context> tls_;
  AddressCounts addresses_;
  Seats seats_;
  std::atomic<bool> accepting_{true};
  std::atomic<bool> draining_{false};
  Instant drain_until_{};  // both set before draining_
  Instant idle_until_{};
  std::vector<std::unique_ptr<Loop>> loops_;
  std::unique_ptr<WorkerPool> pool_;
};

}  // namespace consent::http
