#include "rate_limiter.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <vector>

#include "crypto/random.h"

namespace consent::server {

RateLimiter::RateLimiter(RateLimit limit) : limit_(limit), hash_key_(0) {
  for (const std::uint8_t byte : random_bytes<8>()) hash_key_ = (hash_key_ << 8) | byte;
}

std::optional<std::chrono::seconds> RateLimiter::refuse(const IpAddress& client, TimePoint now) {
  const IpAddress network = client.truncated();
  std::uint64_t key = hash_key_;
  for (const std::uint8_t byte : network.bytes()) key = (key ^ byte) * 0x9e3779b97f4a7c15u;

  const std::lock_guard lock(mutex_);
  if (buckets_.size() >= kBucketsMax) drop_full_buckets(now);
  Bucket& bucket = buckets_.try_emplace(key, Bucket{limit_.burst, now}).first->second;
  const double elapsed_s =
      std::max(0.0, std::chrono::duration<double>(now - bucket.filled_at).count());
  bucket.tokens = std::min(limit_.burst, bucket.tokens + elapsed_s * limit_.per_second);
  bucket.filled_at = now;
  if (bucket.tokens >= 1) {
    bucket.tokens -= 1;
    return std::nullopt;
  }
  const double wait_s = (1 - bucket.tokens) / limit_.per_second;
  return std::chrono::seconds(std::max<std::int64_t>(1, std::llround(std::ceil(wait_s))));
}

// Full buckets say nothing. When every bucket is in use, all are dropped: a flood from 65 536
// networks at once is not what this limit is against, and it must not lock out anybody else.
void RateLimiter::drop_full_buckets(TimePoint now) {
  std::erase_if(buckets_, [&](const auto& entry) {
    const double elapsed_s = std::chrono::duration<double>(now - entry.second.filled_at).count();
    return entry.second.tokens + elapsed_s * limit_.per_second >= limit_.burst;
  });
  if (buckets_.size() >= kBucketsMax) buckets_.clear();
}

}  // namespace consent::server
