#include "visitor/rate_limiter.h"

#include "support/catch.h"
#include "support/fake_clock.h"

using namespace consent;
using namespace consent::server;
using namespace std::chrono_literals;

namespace {

constexpr const char* kSite = "dialphone.com";

IpAddress address(std::string_view text) { return IpAddress::parse(text).value(); }

RateLimits network_limit(double per_second, double burst) {
  return {.network = {per_second, burst}, .site = {1'000'000, 1'000'000}};
}

}  // namespace

TEST_CASE("A burst passes, then the rate holds") {
  RateLimiter limiter(network_limit(2, 3));
  const auto now = consent::testing::FakeClock().now();
  for (int i = 0; i < 3; ++i) CHECK_FALSE(limiter.refuse(address("192.0.2.1"), kSite, now));
  const auto refusal = limiter.refuse(address("192.0.2.1"), kSite, now);
  REQUIRE(refusal);
  CHECK(refusal->wait == 1s);
  CHECK(refusal->bucket == RateRefusal::Bucket::network);
  CHECK_FALSE(limiter.refuse(address("192.0.2.1"), kSite, now + 500ms));
  CHECK(limiter.refuse(address("192.0.2.1"), kSite, now + 500ms));
}

TEST_CASE("One network shares a bucket, another has its own") {
  RateLimiter limiter(network_limit(1, 1));
  const auto now = consent::testing::FakeClock().now();
  const auto refused = [&](std::string_view client) {
    return limiter.refuse(address(client), kSite, now).has_value();
  };
  CHECK_FALSE(refused("192.0.2.1"));
  CHECK(refused("192.0.2.254"));
  CHECK_FALSE(refused("192.0.3.1"));
  CHECK_FALSE(refused("2001:db8:1::1"));
  CHECK(refused("2001:db8:1:ffff::1"));
}

TEST_CASE("All networks share the site's bucket, and one that is refused takes nothing of it") {
  RateLimiter limiter({.network = {1, 1}, .site = {1, 3}});
  const auto now = consent::testing::FakeClock().now();
  CHECK_FALSE(limiter.refuse(address("192.0.2.1"), kSite, now));
  for (int i = 0; i < 10; ++i) CHECK(limiter.refuse(address("192.0.2.1"), kSite, now));
  CHECK_FALSE(limiter.refuse(address("192.0.3.1"), kSite, now));
  CHECK_FALSE(limiter.refuse(address("192.0.4.1"), kSite, now));
  const auto refusal = limiter.refuse(address("192.0.5.1"), kSite, now);
  REQUIRE(refusal);
  CHECK(refusal->bucket == RateRefusal::Bucket::site);
  CHECK_FALSE(limiter.refuse(address("192.0.6.1"), "another.example", now));
  CHECK_FALSE(limiter.refuse(address("192.0.7.1"), kSite, now + 1s));
}

TEST_CASE("A clock that goes back locks nobody out") {
  RateLimiter limiter(network_limit(1, 1));
  const auto now = consent::testing::FakeClock().now();
  CHECK_FALSE(limiter.refuse(address("192.0.2.1"), kSite, now));
  CHECK(limiter.refuse(address("192.0.2.1"), kSite, now - 1h));
  CHECK_FALSE(limiter.refuse(address("192.0.2.1"), kSite, now - 1h + 1s));
}
