#pragma once
// One line for some of the requests: what was asked of which route, how it ended and how long it
// took. Nothing of the client is in it: no path, query, address, agent or header.

#include <chrono>
#include <cstdint>

#include "http/request.h"
#include "http/response.h"

namespace consent::server {

class AccessLog {
 public:
  // `share` of the requests, 0 to 1, chosen at random; answers of 500 and above always. Refusals
  // below 500 are sampled like the rest, so that no client can fill a disk.
  explicit AccessLog(double share);
  // Thread-safe.
  void write(const http::Request& request, const http::Response& response,
             std::chrono::nanoseconds duration) const;

 private:
  bool chooses(int status) const;
  double share_;
};

}  // namespace consent::server
