#pragma once
// What the event loop holds of one client.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "crypto/tls.h"
#include "http/deadline_queue.h"
#include "http/http_library.h"
#include "http/outcome.h"
#include "http/outgoing.h"
#include "http/request_reader.h"
#include "http/socket.h"

namespace consent::http {

struct Connection;
class Router;

// One request and its answer. Only a connection with a request on its way has one, so that an idle
// connection stays small.
struct Exchange : Deadline {  // its own deadline is the next look at its pace
  explicit Exchange(const ReaderLimits& limits) : reader(limits) {}
  RequestReader reader;
  Connection* owner = nullptr;
  std::size_t paced_bytes = 0;  // arrived since the last look
  Persistence persistence = Persistence::keep_alive;
  Outgoing answer;
  std::optional<Later> later;            // the answer that is waited for
  std::shared_ptr<const Router> router;  // who promised it
};

enum class Phase : std::uint8_t {
  greeting,   // before the first request: PROXY header, TLS handshake
  idle,       // between requests
  reading,    // part of a request is here
  ready,      // a request is here, and its turn comes
  working,    // a worker has it, or what it waits for; the loop leaves it alone but for its flags
  writing,    // part of the answer is still here
  lingering,  // answered for the last time; reads on, so that no reset overtakes the answer
};

struct Connection : Deadline {
  FileDescriptor descriptor;
  IpAddress peer;
  std::unique_ptr<Exchange> exchange;
  std::string pending;  // arrived behind the request being worked on; of the PROXY header
  std::optional<tls::Channel> tls;
  std::size_t slot = 0;
  std::size_t requests = 0;
  std::size_t untimed_bytes =
      0;  // written since the write deadline was set, or discarded while lingering
  Phase phase = Phase::idle;
  bool counted = false;      // among its address's connections
  bool seated = false;       // among those of connections_max
  bool turned_away = false;  // gets a refusal and nothing else
  bool awaits_proxy_header = false;
  bool secure = false;  // the client's own connection is TLS
  bool readable = false;
  bool peer_finished = false;  // sends no more
  bool broken = false;
  bool continued = false;   // 100 Continue was sent for this request
  bool unfinished = false;  // readable, but others come first
  bool closed = false;
  bool awaited = false;  // the loop wants to hear when the worker is done; under the loop's mutex
};

}  // namespace consent::http
