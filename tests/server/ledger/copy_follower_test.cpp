// The thread that copies: what it does by itself, and that nothing waits for it.

#include "replication/copy_follower.h"

#include <atomic>
#include <functional>
#include <thread>

#include "support/catch.h"
#include "two_zones.h"

using namespace consent;
using namespace consent::testing;
using namespace std::chrono_literals;

namespace {

const SystemClock kClock;

CopyFollowerOptions impatient() {
  CopyFollowerOptions options;
  options.gathering = 1ms;
  options.first_retry = 1ms;
  options.batch = 4;
  return options;
}

// Bounded, and far above what it takes.
bool comes_true(const std::function<bool()>& condition) {
  const auto until = std::chrono::steady_clock::now() + 60s;
  while (std::chrono::steady_clock::now() < until) {
    if (condition()) return true;
    std::this_thread::sleep_for(2ms);
  }
  return false;
}

}  // namespace

TEST_CASE("What was there and what comes is copied, once it is switched on") {
  TwoZones there;
  ReplicationMetrics metrics;
  there.fill(10);
  CopyFollower follower(*there.ledger, kClock, metrics, impatient());
  CHECK_FALSE(metrics.figures().is_on);
  follower.follow(kSite, kToUs);
  CHECK(comes_true([&] { return there.copies() == 10; }));
  there.fill(5);
  CHECK(comes_true([&] { return there.copies() == 15; }));
  CHECK(comes_true([&] { return metrics.figures().copied == 15; }));
  CHECK(comes_true([&] { return metrics.figures().behind == 0; }));
  CHECK(metrics.figures().is_on);
  CHECK(metrics.figures().failures == 0);
}

TEST_CASE("Once it is switched off nothing crosses any more, and what came meanwhile does later") {
  TwoZones there;
  ReplicationMetrics metrics;
  CopyFollower follower(*there.ledger, kClock, metrics, impatient());
  follower.follow(kSite, kToUs);
  there.fill(3);
  CHECK(comes_true([&] { return there.copies() == 3; }));
  follower.follow(kSite, std::nullopt);
  there.fill(7);
  follower.follow("another.example", kToUs);  // an order that is carried out after the one before
  CHECK(comes_true([&] {
    return there.number_of(Zone::us, "SELECT count(*) FROM copying WHERE position = 10") == 1;
  }));
  CHECK(there.copies() == 3);
  CHECK(there.erase(1).copies.size() == 1);  // an erasure reaches copies all the same
  CHECK(there.copies() == 2);
  follower.follow(kSite, kToUs);
  CHECK(comes_true([&] { return there.copies() == 8; }));
}

TEST_CASE("A zone that fails is told of and tried again; the other goes on") {
  TwoZones there;
  ReplicationMetrics metrics;
  std::atomic<int> reports = 0;
  CopyFollowerOptions options = impatient();
  options.report = [&](std::string_view detail) {
    if (detail.find("is gone") != detail.npos) ++reports;
  };
  there.us_refuses = true;
  there.fill(3);
  CopyFollower follower(*there.ledger, kClock, metrics, options);
  follower.follow(kSite, kToUs);
  CHECK(comes_true([&] { return reports >= 3; }));
  there.fill(2);  // does not wait, does not fail
  CHECK(metrics.figures().failures >= 3);
  CHECK(comes_true([&] { return metrics.figures().behind == 5; }));
  CHECK(there.copies() == 0);
  there.us_refuses = false;
  follower.follow(kSite, kToUs);  // else after its pause
  CHECK(comes_true([&] { return there.copies() == 5; }));
  CHECK(comes_true([&] { return metrics.figures().behind == 0; }));
}

TEST_CASE("What an interrupted erasure has left goes at the next start, also when it is off") {
  TwoZones there;
  ReplicationMetrics metrics;
  there.fill(9);
  there.copy_all();
  there.ledger.reset();
  {
    const auto half = there.open({Zone::eu});
    for (const int number : {1, 5, 9}) {
      half->erase(kSite, subject(static_cast<std::uint8_t>(number)), ErasureCause::request,
                  grant(1).time);
    }
  }
  there.ledger = there.open();
  CopyFollower follower(*there.ledger, kClock, metrics, impatient());
  CHECK(comes_true([&] { return metrics.figures().destroyed == 3; }));
  CHECK(there.copies() == 6);
}

TEST_CASE("Writes, erasures and copying at once leave a copy of what is kept") {
  TwoZones there;
  ReplicationMetrics metrics;
  {
    CopyFollower follower(*there.ledger, kClock, metrics, impatient());
    follower.follow(kSite, kToUs);
    std::vector<std::thread> threads;
    for (std::uint8_t writer = 0; writer < 4; ++writer) {
      threads.emplace_back([&, writer] {
        for (std::uint8_t i = 0; i < 60; ++i) {
          const auto number = static_cast<std::uint8_t>(1 + writer * 60 + i);
          there.ledger->append(grant(number));
          if (i % 3 == 0) there.erase(number);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(comes_true([&] { return there.copies() == 160; }));
  }
  CHECK(there.review_all() == 0);
  CHECK(there.copies() == 160);
  CHECK(there.audit() == "");
  CHECK(there.check().failure == "");
}

TEST_CASE("It ends at once, whatever it waits for") {
  TwoZones there;
  ReplicationMetrics metrics;
  const auto began = std::chrono::steady_clock::now();
  { const CopyFollower idle(*there.ledger, kClock, metrics); }
  {
    CopyFollower waiting(*there.ledger, kClock, metrics);
    waiting.follow(kSite, kToUs);
  }
  there.us_refuses = true;
  there.fill(1);
  {
    CopyFollowerOptions options;
    options.first_retry = 10min;
    CopyFollower failing(*there.ledger, kClock, metrics, options);
    failing.follow(kSite, kToUs);
    CHECK(comes_true([&] { return metrics.figures().failures == 1; }));
  }
  CHECK(std::chrono::steady_clock::now() - began < 5min);
}
