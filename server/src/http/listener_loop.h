#pragma once
// The event loop behind Listener: one thread that accepts, reads and writes and never blocks. It
// answers itself what needs no waiting, a bounded number of requests in each of its turns and one
// of each connection; everything else is a worker's.

#include <array>
#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "http/address_counts.h"
#include "http/connection.h"
#include "http/due_connections.h"
#include "http/listener.h"
#include "http/network.h"
#include "http/worker_pool.h"

namespace consent::http {

class Listener::Loop {
 public:
  Loop(ListeningSocket socket, std::shared_ptr<const Router> router, ListenerOptions options);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  std::uint16_t port() const { return listening_.port; }
  bool is_loopback() const { return listening_.loopback; }
  ListenerFigures figures() const { return counters_.read(); }
  void use(std::shared_ptr<const Router> router);
  void use_tls(std::shared_ptr<const tls::Context> context);
  void start();
  void drain(std::chrono::milliseconds patience);

 private:
  // The loop's thread.
  void run();
  int wait_ms() const;
  void wipe_when_due();
  void accept_waiting();
  void admit(AcceptedSocket socket);
  bool is_trusted(const IpAddress& address) const;
  bool make_room();
  void turn_away(Connection& connection, Drop reason);
  void on_event(Connection& connection, std::uint32_t events);
  void resume_unfinished();
  void read(Connection& connection);
  void greet(Connection& connection);
  void receive(Connection& connection, std::string_view bytes);
  void take_proxy_header(Connection& connection, std::string_view bytes);
  void take_sealed(Connection& connection, std::string_view bytes);
  void await_request(Connection& connection);
  void take(Connection& connection, std::string_view bytes);
  void send_continue(Connection& connection);
  void submit(Connection& connection);
  void answer_ready();
  void answer(Connection& connection, const Router& router);
  void hand_over(Connection& connection);
  void refuse(Connection& connection, const ReadError& error, Drop reason);
  void drop(Connection& connection, Drop reason);
  void look_at_pace(Exchange& exchange);
  void answer_last(Connection& connection, const Response& response);
  void collect_done();
  void collect_due();
  void answer_due(Connection& connection);
  void write(Connection& connection);
  void after_answer(Connection& connection);
  void linger(Connection& connection);
  void discard(Connection& connection);
  void postpone(Connection& connection);
  void expire();
  bool has_drained();
  void close(Connection& connection);
  std::unique_ptr<Exchange> obtain_exchange();
  void release_exchange(Connection& connection);

  // A worker's thread.
  void work(Connection& connection);
  bool begin_work(Connection& connection);
  void send_worked(Connection& connection);

  // Either.
  void render(Connection& connection, const std::function<Response()>& answer);
  ssize_t send_some(const Connection& connection, std::string_view bytes);

  std::shared_ptr<const Router> router() const;
  std::shared_ptr<const tls::Context> tls() const;
  static void seal_answer(Connection& connection);

  const ListenerOptions options_;
  const ListenerLimits& limits_ = options_.limits;
  mutable std::mutex router_mutex_;
  std::shared_ptr<const Router> router_;
  std::shared_ptr<const tls::Context> tls_;
  ListeningSocket listening_;
  const std::shared_ptr<Network> network_;
  HttpLibrary library_;

  Instant now_{};
  Instant wiped_{};
  bool used_stack_ = false;  // since then
  DeadlineQueue idle_;
  DeadlineQueue header_;
  DeadlineQueue body_;
  DeadlineQueue pace_;
  DeadlineQueue write_;
  DeadlineQueue linger_;
  DeadlineQueue accept_pause_;
  Deadline accept_retry_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<std::unique_ptr<Connection>> closed_;  // events of this turn may still name them
  std::vector<Connection*> unfinished_;
  std::deque<Connection*> ready_;
  std::vector<std::unique_ptr<Exchange>> spare_;
  std::array<char, 16 * 1024> scratch_{};
  AddressCounts addresses_;
  std::size_t turned_away_ = 0;
  std::size_t working_ = 0;
  bool stopped_accepting_ = false;

  std::mutex done_mutex_;
  std::vector<Connection*> done_;
  std::vector<Connection*> collected_;

  const std::shared_ptr<DueConnections> due_;

  ListenerCounters counters_;
  std::atomic<bool> draining_{false};
  Instant drain_until_{};  // set before draining_
  std::unique_ptr<WorkerPool> pool_;
  std::thread thread_;
};

}  // namespace consent::http
