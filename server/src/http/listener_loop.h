#pragma once
// One of the event loops behind Listener: a thread that reads and writes, the first one also
// accepts, and never blocks. It answers itself what needs no waiting, a bounded number of requests
// in each of its turns and one of each connection; everything else is a worker's.

#include <array>
#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "http/connection.h"
#include "http/inbox.h"
#include "http/listener_group.h"
#include "http/network.h"

namespace consent::http {

class Listener::Loop {
 public:
  // The group outlives it.
  Loop(Group& group, std::shared_ptr<Network> network);
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void accept_from(ListeningSocket socket);  // before the start; of one loop of the group
  void start();
  void join();  // behind the beginning of a drain

  // Any thread's.
  ListenerFigures figures() const { return counters_.read(); }
  std::size_t connections() const { return counters_.open.load(std::memory_order_relaxed); }
  // When its longest idle connection would be closed for it, as of its last turn; Instant::max()
  // when none is idle.
  Instant longest_idle_until() const { return longest_idle_until_.load(std::memory_order_relaxed); }
  Instant now() const { return network_->now(); }
  void wake() { network_->wake(); }

 private:
  // The loop's thread.
  void run();
  int wait_ms() const;
  void wipe_when_due();
  void accept_waiting();
  void accept_last();
  bool accept_one();
  void collect_arrived();
  void admit(AcceptedSocket socket);
  bool is_trusted(const IpAddress& address) const;
  bool take_seat();
  void leave_seat(Connection& connection);
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
  void answer(Connection& connection, const std::shared_ptr<const Router>& router);
  void hand_over(Connection& connection);
  void refuse(Connection& connection, const ReadError& error, Drop reason);
  void drop(Connection& connection, Drop reason);
  void look_at_pace(Exchange& exchange);
  void send_at_once(Connection& connection, Response response);
  void answer_last(Connection& connection, Response response);
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
  void render(Connection& connection, const std::function<Response()>& answer);

  // Either.
  void start_later(Connection& connection, Later later, std::shared_ptr<const Router> router);
  void complete(Exchange& exchange, Response& response) const;
  ssize_t send_some(const Connection& connection, std::string_view bytes);

  static void seal_answer(Connection& connection);
  static bool seal_piece(Connection& connection);

  static constexpr std::string_view kStrictTransport = "max-age=31536000";

  Group& group_;
  const ListenerLimits& limits_ = group_.options().limits;
  const std::shared_ptr<Network> network_;
  ListeningSocket listening_;  // closed: another loop's
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
  std::size_t turned_away_ = 0;
  std::size_t working_ = 0;
  std::atomic<Instant> longest_idle_until_{Instant::max()};

  std::mutex done_mutex_;
  std::vector<Connection*> done_;
  std::vector<Connection*> collected_;

  Inbox<AcceptedSocket> arrived_;
  const std::shared_ptr<Inbox<Connection*>> due_;

  ListenerCounters counters_;
  std::thread thread_;
};

}  // namespace consent::http
