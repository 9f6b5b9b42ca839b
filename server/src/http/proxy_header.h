#pragma once
// The PROXY protocol, version 2: the bytes a proxy sends ahead of a connection to say whose it is.
// https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt

#include <cstddef>
#include <optional>
#include <string_view>

#include "consent/ip_address.h"

namespace consent::http {

struct ProxyHeader {
  enum class State { partial, complete, malformed };
  State state = State::partial;
  std::size_t size = 0;             // when complete: the bytes it takes
  std::optional<IpAddress> client;  // empty: the proxy speaks for itself (a health check)
  bool secure = false;              // the client's own connection is TLS
};

inline constexpr std::size_t kProxyHeaderBytesMax = 1024;

// Reads the header at the start of `bytes`. The text of version 1 is malformed here.
ProxyHeader read_proxy_header(std::string_view bytes);

}  // namespace consent::http
