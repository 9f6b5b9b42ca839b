#pragma once
// A socket that speaks HTTP/1.1: event loops read with deadlines and limits until a request is
// complete, and answer by themselves what needs no waiting (Answers::at_once); a small pool of
// workers runs everything else through the router, and the loop writes the answer. Neither a slow
// or idle client nor an answer that comes later (Later) holds a thread.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "consent/ip_address.h"
#include "http/listener_figures.h"
#include "http/router.h"
#include "http/socket.h"

namespace consent::tls {
class Context;
}

namespace consent::http {

class Network;

struct ListenerLimits {
  std::size_t header_bytes_max = 16 * 1024;
  std::size_t body_bytes_max = 64 * 1024;
  std::size_t connections_max = 20'000;
  std::size_t connections_per_address_max = 512;  // 0: any number
  std::size_t requests_per_connection_max = 100'000;
  std::chrono::milliseconds header_timeout{10'000};  // first byte of a request to its blank line
  std::chrono::milliseconds body_timeout{15'000};    // blank line to the last byte of the body
  std::chrono::milliseconds write_timeout{15'000};   // for each 16 KiB of the answer
  // From its first byte a request must bring this much in each interval, however long it is.
  std::chrono::milliseconds pace_interval{5'000};
  std::size_t pace_bytes_min = 500;
  std::chrono::milliseconds idle_timeout{75'000};  // between requests
};

struct ListenerOptions {
  ListenerLimits limits;
  unsigned loops = 1;  // threads that share the connections; handlers are asked on each of them
  unsigned workers = 2;
  std::vector<Cidr> trusted_proxies;  // many clients come from each: not limited by address
  bool proxy_protocol = false;        // connections of a trusted proxy begin with a PROXY header
  std::shared_ptr<const tls::Context> tls;  // null: clear text
  std::shared_ptr<Network> network;         // null: the kernel's; another's has one loop
};

class Listener {
 public:
  // Throws std::runtime_error with a message for the operator when the system lacks the means.
  Listener(ListeningSocket socket, std::shared_ptr<const Router> router, ListenerOptions options);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  std::uint16_t port() const;
  bool is_loopback() const;
  void start();  // once
  // For every request that is dispatched from now on; the router before lives until its last one
  // has been answered.
  void use(std::shared_ptr<const Router> router);
  // For every connection that is accepted from now on; of a listener that began with one.
  void use_tls(std::shared_ptr<const tls::Context> context);
  // Stops accepting, finishes what is in flight (at most `patience`), closes.
  void drain(std::chrono::milliseconds patience);
  ListenerFigures figures() const;

 private:
  class Group;
  class Loop;
  std::unique_ptr<Group> group_;
};

// "cpp-httplib 0.41.0": stated at start-up.
std::string http_library_version();

}  // namespace consent::http
