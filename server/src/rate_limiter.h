#pragma once
// How many writes one network may make: a token bucket per truncated client address, in memory
// only.

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "clock.h"
#include "consent/ip_address.h"

namespace consent::server {

// Generous enough for an office behind one address.
struct RateLimit {
  double per_second = 60;
  double burst = 600;
};

class RateLimiter {
 public:
  explicit RateLimiter(RateLimit limit);
  // Takes one token from the bucket of `client`'s network; otherwise how long to wait for the next
  // one.
  std::optional<std::chrono::seconds> refuse(const IpAddress& client, TimePoint now);

 private:
  struct Bucket {
    double tokens;
    TimePoint filled_at;
  };
  void drop_full_buckets(TimePoint now);

  static constexpr std::size_t kBucketsMax = 65'536;
  RateLimit limit_;
  std::mutex mutex_;
  std::unordered_map<std::uint64_t, Bucket> buckets_;  // by a keyed hash of the truncated address
  std::uint64_t hash_key_;
};

}  // namespace consent::server
