#include "rate_limiter.h"

#include "support/catch.h"
#include "support/fake_clock.h"

using namespace consent;
using namespace consent::server;
using namespace std::chrono_literals;

namespace {

IpAddress address(std::string_view text) { return IpAddress::parse(text).value(); }

}  // namespace

TEST_CASE("A burst passes, then the rate holds") {
  RateLimiter limiter({.per_second = 2, .burst = 3});
  const auto now = consent::testing::FakeClock().now();
  for (int i = 0; i < 3; ++i) CHECK_FALSE(limiter.refuse(address("192.0.2.1"), now));
  CHECK(limiter.refuse(address("192.0.2.1"), now) == 1s);
  CHECK_FALSE(limiter.refuse(address("192.0.2.1"), now + 500ms));
  CHECK(limiter.refuse(address("192.0.2.1"), now + 500ms));
}

TEST_CASE("One network shares a bucket, another has its own") {
  RateLimiter limiter({.per_second = 1, .burst = 1});
  const auto now = consent::testing::FakeClock().now();
  CHECK_FALSE(limiter.refuse(address("192.0.2.1"), now));
  CHECK(limiter.refuse(address("192.0.2.254"), now));
  CHECK_FALSE(limiter.refuse(address("192.0.3.1"), now));
  CHECK_FALSE(limiter.refuse(address("2001:db8:1::1"), now));
  CHECK(limiter.refuse(address("2001:db8:1:ffff::1"), now));
}

TEST_CASE("A clock that goes back locks nobody out") {
  RateLimiter limiter({.per_second = 1, .burst = 1});
  const auto now = consent::testing::FakeClock().now();
  CHECK_FALSE(limiter.refuse(address("192.0.2.1"), now));
  CHECK(limiter.refuse(address("192.0.2.1"), now - 1h));
  CHECK_FALSE(limiter.refuse(address("192.0.2.1"), now - 1h + 1s));
}
