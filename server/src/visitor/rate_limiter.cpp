#include "visitor/rate_limiter.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "crypto/random.h"

namespace consent::server {

std::string_view to_text(RateRefusal::Bucket bucket) {
  switch (bucket) {
    case RateRefusal::Bucket::network:
      return "network";
    case RateRefusal::Bucket::site:
      return "site";
  }
  return "";
}

RateLimiter::RateLimiter(RateLimits limits) : limits_(limits), hash_key_(0) {
  for (const std::uint8_t byte : random_bytes<8>()) hash_key_ = (hash_key_ << 8) | byte;
}

std::optional<RateRefusal> RateLimiter::refuse(const IpAddress& client, std::string_view site,
                                               TimePoint now) {
  const IpAddress network = client.truncated();
  std::uint64_t key = hash_key_;
  for (const std::uint8_t byte : network.bytes()) key = (key ^ byte) * 0x9e3779b97f4a7c15u;

  const std::lock_guard lock(mutex_);
  if (networks_.size() >= kBucketsMax) drop_full_buckets(now);
  Bucket& own = networks_.try_emplace(key, Bucket{limits_.network.burst, now}).first->second;
  if (const auto wait = take(own, limits_.network, now)) {
    return RateRefusal{RateRefusal::Bucket::network, *wait};
  }
  auto shared = sites_.find(site);
  if (shared == sites_.end()) {
    shared = sites_.emplace(site, Bucket{limits_.site.burst, now}).first;
  }
  if (const auto wait = take(shared->second, limits_.site, now)) {
    return RateRefusal{RateRefusal::Bucket::site, *wait};
  }
  return std::nullopt;
}

// Empty when a token was there; otherwise how long to wait for the next one.
std::optional<std::chrono::seconds> RateLimiter::take(Bucket& bucket, const RateLimit& limit,
                                                      TimePoint now) {
  const double elapsed_s =
      std::max(0.0, std::chrono::duration<double>(now - bucket.filled_at).count());
  bucket.tokens = std::min(limit.burst, bucket.tokens + elapsed_s * limit.per_second);
  bucket.filled_at = now;
  if (bucket.tokens >= 1) {
    bucket.tokens -= 1;
    return std::nullopt;
  }
  const double wait_s = (1 - bucket.tokens) / limit.per_second;
  return std::chrono::seconds(std::max<std::int64_t>(1, std::llround(std::ceil(wait_s))));
}

// Full buckets say nothing. When every bucket is in use, all are dropped: a flood from 65 536
// networks at once is not what this limit is against, and it must not lock out anybody else.
void RateLimiter::drop_full_buckets(TimePoint now) {
  std::erase_if(networks_, [&](const auto& entry) {
    const double elapsed_s = std::chrono::duration<double>(now - entry.second.filled_at).count();
    return entry.second.tokens + elapsed_s * limits_.network.per_second >= limits_.network.burst;
  });
  if (networks_.size() >= kBucketsMax) networks_.clear();
}

}  // namespace consent::server
