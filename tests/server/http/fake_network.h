#pragma once
// A kernel in a test's hands: clients without sockets, whose bytes arrive and leave as the test
// says, and a clock that stands still until it is moved.

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "http/network.h"

namespace consent::http {

class FakeNetwork final : public Network {
 public:
  using Client = int;

  // What a listener is made of; call once.
  ListeningSocket listening();

  // The test's side. Each call returns when the loop has dealt with it and sleeps again; a worker
  // may still be busy.
  Client connect();
  void deliver(Client client, std::string bytes);  // arrives in one piece
  // The loop hears of all of them in one turn, in the order that the clients came.
  void deliver_together(const std::vector<std::pair<Client, std::string>>& pieces);
  void finish(Client client);  // the client sends no more
  void reset(Client client);
  void advance(std::chrono::milliseconds span);
  // For a loop that ends then, and never sleeps again.
  void advance_to_the_end(std::chrono::milliseconds span);
  // How long the loop means to sleep now.
  std::chrono::milliseconds sleep();
  // How many bytes each of the next sends takes: 0 is EAGAIN, -1 a connection that is gone. Behind
  // the last one everything is taken.
  void take_in_pieces(Client client, std::vector<ssize_t> pieces);
  void make_writable(Client client);
  // The next accepts fail with these.
  void fail_accepts(std::vector<int> errors);

  // What was sent to the client so far, as soon as it ends with `end`; throws after ten seconds.
  std::string sent_through(Client client, std::string_view end);
  // Until something was.
  void wait_until_answered(Client client);
  std::string sent(Client client);
  bool is_closed(Client client);
  void wait_until_closed(Client client);
  void wait_until_nobody_listens();
  void wait_until_sending_is_finished(Client client);
  // Until the kernel has taken nothing this many times.
  void wait_until_full(Client client, int times);

  Instant now() const override;
  bool watch(int descriptor, std::uint32_t events, void* tag) override;
  void unwatch(int descriptor) override;
  std::size_t wait(std::span<epoll_event> events, int milliseconds) override;
  void wake() override;
  AcceptedSocket accept(const FileDescriptor& listening) override;
  ssize_t receive(int descriptor, std::span<char> to) override;
  ssize_t send(int descriptor, std::string_view bytes) override;
  void finish_sending(int descriptor) override;

 private:
  struct Socket {
    std::deque<std::string> incoming;
    std::deque<ssize_t> pieces;
    std::string sent;
    FileDescriptor other_end;  // of a pipe: tells when the listener closes its own
    bool finished = false;
    bool broken = false;
    bool sending_finished = false;
    int full = 0;
  };
  Socket& socket(Client client) { return sockets_.at(client); }
  void post(int descriptor, std::uint32_t events);
  bool is_watched(int descriptor);
  void settle(std::unique_lock<std::mutex>& lock);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Instant now_{std::chrono::hours(1)};
  FileDescriptor listening_end_;
  int listening_number_ = -1;
  std::deque<std::pair<int, FileDescriptor>> backlog_;
  std::deque<int> accept_errors_;
  std::map<int, Socket> sockets_;
  std::map<int, void*> watched_;
  std::map<int, std::uint32_t> events_;
  bool woken_ = false;
  bool asleep_ = false;
  std::optional<Instant> due_;  // the end of the loop's sleep
};

}  // namespace consent::http
