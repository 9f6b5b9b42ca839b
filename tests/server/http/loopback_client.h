#pragma once
// A client that sends bytes as told, however wrong, and reads what comes back; and a listener with
// a few routes.

#include <atomic>
#include <chrono>
#include <future>
#include <map>
#include <string>
#include <string_view>

#include "http/listener.h"
#include "http/socket.h"

namespace consent::http {

struct Answer {
  int status = 0;
  std::map<std::string, std::string> fields;  // names in lower case
  std::string body;
  bool closes() const {
    return fields.count("connection") == 1 && fields.at("connection") == "close";
  }
};

// Every wait ends after ten seconds with an exception.
class LoopbackClient {
 public:
  explicit LoopbackClient(std::uint16_t port);
  void send(std::string_view bytes);
  // Sends what the kernel takes at once; a server that has closed is no failure.
  void send_some(std::string_view bytes);
  void finish_sending();
  // Reads one answer; `method` tells whether it has a body.
  Answer receive(std::string_view method = "GET");
  // Bytes up to and with `end`.
  std::string receive_through(std::string_view end);
  // True when the server has closed and nothing more came.
  bool is_closed();
  Answer ask(std::string_view request);

 private:
  bool fill();
  FileDescriptor descriptor_;
  std::string received_;
};

// GET /hello, POST /echo, GET /big (4 MiB), GET /peer, GET /wait (until release() or ten seconds).
class EchoServer {
 public:
  explicit EchoServer(const ListenerLimits& limits = {}, unsigned workers = 2);
  explicit EchoServer(const ListenerOptions& options);
  ~EchoServer();
  std::uint16_t port() const { return listener_.port(); }
  Listener& listener() { return listener_; }
  int requests() const { return requests_; }  // that reached a route
  std::uint64_t drops(Drop reason) const {
    return listener_.figures().drops[static_cast<std::size_t>(reason)];
  }
  void wait_for_request();
  void release();

 private:
  Response wait_here();
  std::atomic<int> requests_{0};
  std::atomic<int> refusals_{0};
  std::promise<void> arrived_;
  std::promise<void> released_;
  std::shared_future<void> release_{released_.get_future()};
  std::atomic<bool> was_released_{false};
  std::shared_ptr<Router> router_;
  Listener listener_;
};

}  // namespace consent::http
