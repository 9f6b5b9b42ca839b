#pragma once
// How many writes one network and one site may make: token buckets, in memory only.

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "clock.h"
#include "consent/ip_address.h"

namespace consent::server {

struct RateLimit {
  double per_second = 0;  // on average
  double burst = 0;       // at once
};

struct RateLimits {
  RateLimit network{60, 600};       // of a truncated address; enough for an office behind one
  RateLimit site{10'000, 100'000};  // of all networks together: what the disk is spared
};

// Whose bucket is empty, and when the next token is in it.
struct RateRefusal {
  enum class Bucket : std::uint8_t { network, site };
  Bucket bucket = Bucket::network;
  std::chrono::seconds wait{1};
};
std::string_view to_text(RateRefusal::Bucket bucket);

class RateLimiter {
 public:
  explicit RateLimiter(RateLimits limits);
  // Takes one token from the bucket of `client`'s network and one from the site's; a network that
  // is refused takes none of the site's. `site` is one that the service knows, never a client's
  // word. Thread-safe.
  std::optional<RateRefusal> refuse(const IpAddress& client, std::string_view site, TimePoint now);

 private:
  struct Bucket {
    double tokens;
    TimePoint filled_at;
  };
  static std::optional<std::chrono::seconds> take(Bucket& bucket, const RateLimit& limit,
                                                  TimePoint now);
  void drop_full_buckets(TimePoint now);

  static constexpr std::size_t kBucketsMax = 65'536;
  RateLimits limits_;
  std::mutex mutex_;
  std::unordered_map<std::uint64_t, Bucket> networks_;  // by a keyed hash of the truncated address
  std::map<std::string, Bucket, std::less<>> sites_;
  std::uint64_t hash_key_;
};

}  // namespace consent::server
