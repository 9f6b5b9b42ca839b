#pragma once
// The addresses a request came through, as proxies write them down.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "consent/ip_address.h"

namespace consent::server {

// From the client to the nearest proxy. Empty where an entry is no address ("unknown", "_hidden",
// malformed).
using ForwardedChain = std::vector<std::optional<IpAddress>>;

// Forwarded (RFC 7239): the `for` of each element, tokens or quoted strings, IPv6 in brackets,
// ports ignored.
ForwardedChain parse_forwarded(std::string_view field_value);

// X-Forwarded-For: addresses separated by commas.
ForwardedChain parse_x_forwarded_for(std::string_view field_value);

// The `proto` of the element nearest to us; empty when it has none.
std::string parse_forwarded_proto(std::string_view field_value);

}  // namespace consent::server
