#pragma once
// One HTTP request as handlers see it. No type of the HTTP library leaves server/src/http.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "consent/ip_address.h"
#include "http/fields.h"

namespace consent::http {

struct Request {
  std::string method;  // "GET"
  std::string path;    // decoded, starts with '/'
  Fields query;        // decoded parameters in order
  Fields headers;
  std::string body;        // complete, de-chunked
  IpAddress peer;          // the socket's other end
  Fields path_parameters;  // of the route, e.g. {"id", "sha256:..."}
  bool secure = false;     // came by TLS, here or as a trusted proxy's PROXY header says

  std::string id;          // this server's own name for the request, random
  std::string_view route;  // the pattern that answers; "" for none; lives as long as the router
  std::chrono::steady_clock::time_point arrived{};  // the moment it was complete
  bool at_once = false;                             // asked on a thread that must not wait
  // Those of the same number (0: none), and of smaller ones, had all arrived before the first of
  // them was looked at: what is found out for it holds for them, whichever loop asks.
  std::uint64_t turn = 0;

  // All values of a field joined by ", " (Cookie: by "; "); empty when absent.
  std::string header(std::string_view name) const;
  // The value of a field that was sent once; empty when absent or sent again.
  std::string_view single_header(std::string_view name) const;
  bool has_header(std::string_view name) const;
  // The single value of a query parameter; empty optional when absent or given more than once.
  std::optional<std::string_view> parameter(std::string_view name) const;
  std::string_view path_parameter(std::string_view name) const;
  // The media type of Content-Type, lower case, without parameters.
  std::string media_type() const;
};

}  // namespace consent::http
