#pragma once
// What a listener counts of itself. No member says who a client was.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace consent::http {

// Why the listener ended a connection or turned it away. The peer's own goodbye is none of these.
enum class Drop : std::uint8_t {
  full,           // 503: the table is full and none is idle
  address,        // 429: too many connections from one address
  evicted,        // idle, closed to make room
  idle,           // between requests for too long
  header_late,    // 408
  body_late,      // 408
  too_slow,       // 408: under the minimum rate
  write_late,     // does not read its answer
  malformed,      // 4xx or 5xx: no request of HTTP/1.1 as this server takes it
  proxy_header,   // no PROXY protocol header from a proxy that has to send one
  tls_handshake,  // refused, or not finished in time
};
inline constexpr std::size_t kDrops = 11;
std::string_view to_text(Drop drop);

// One moment's values.
struct ListenerFigures {
  std::size_t open = 0;
  std::size_t queued = 0;  // complete requests that wait for a worker
  std::uint64_t accepted = 0;
  std::uint64_t received_bytes = 0;
  std::uint64_t sent_bytes = 0;
  std::array<std::uint64_t, kDrops> drops{};

  ListenerFigures& operator+=(const ListenerFigures& other);
};

// The running counters; any thread may add and read.
struct ListenerCounters {
  std::atomic<std::size_t> open{0};
  std::atomic<std::size_t> queued{0};
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> received_bytes{0};
  std::atomic<std::uint64_t> sent_bytes{0};
  std::array<std::atomic<std::uint64_t>, kDrops> drops{};

  void count(Drop drop) {
    drops[static_cast<std::size_t>(drop)].fetch_add(1, std::memory_order_relaxed);
  }
  ListenerFigures read() const;
};

}  // namespace consent::http
