// What all workers of a listener share: right when many ask at once. ThreadSanitizer runs it, too.

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "keys/api_keys.h"
#include "support/catch.h"
#include "support/temporary_directory.h"
#include "telemetry/request_metrics.h"
#include "visitor/rate_limiter.h"

using namespace consent;
using namespace consent::server;
using consent::testing::TemporaryDirectory;

namespace {

constexpr unsigned kThreads = 20;  // more than there are places to count in
constexpr int kTimes = 500;

template <typename Work>
void at_once(unsigned threads, Work work) {
  std::vector<std::jthread> all;
  for (unsigned i = 0; i < threads; ++i) all.emplace_back(work);
}

}  // namespace

TEST_CASE("Requests that many threads count are all in the sum, while it is read") {
  RequestMetrics metrics;
  std::atomic<bool> counting{true};
  std::jthread reader([&] {
    while (counting) {
      std::string text;
      metrics.render(text);
    }
  });
  at_once(kThreads, [&] {
    for (int i = 0; i < kTimes; ++i) {
      metrics.count("/v1/check", "GET", 200, std::chrono::microseconds(60));
      metrics.count("/v1/notice", "GET", i % 2 == 0 ? 200 : 404, std::chrono::seconds(20));
    }
  });
  counting = false;
  std::string text;
  metrics.render(text);
  const auto has = [&](const std::string& line) { return text.find(line) != std::string::npos; };
  CHECK(has("_total{route=\"/v1/check\",method=\"GET\",status=\"200\"} 10000\n"));
  CHECK(has("_total{route=\"/v1/notice\",method=\"GET\",status=\"404\"} 5000\n"));
  CHECK(has("_bucket{route=\"/v1/check\",le=\"0.0001\"} 10000\n"));
  CHECK(has("_bucket{route=\"/v1/notice\",le=\"10\"} 0\n"));
  CHECK(has("_sum{route=\"/v1/check\"} 0.600000\n"));
  CHECK(has("_count{route=\"/v1/notice\"} 10000\n"));
}

TEST_CASE("A key is found by many threads while others are issued, and by none once removed") {
  const TemporaryDirectory directory;
  const std::string data_dir = directory.path().string();
  const auto issue = [&](const std::string& name) {
    return issue_api_key(data_dir, name, *ScopeSet::parse("check"), TimePoint{});
  };
  const std::string key = issue("first");
  const ApiKeys keys(data_dir);
  std::atomic<int> missed{0};
  {
    std::jthread issuer([&] {
      for (int i = 0; i < 20; ++i) issue("more");
    });
    at_once(4, [&] {
      for (int i = 0; i < kTimes; ++i) {
        const auto found = keys.find(key);
        if (!found || found->name != "first") ++missed;
      }
    });
  }
  CHECK(missed == 0);
  directory.write("keys/api_keys.jsonl", "");
  std::atomic<int> left{0};
  at_once(4, [&] {
    if (keys.find(key)) ++left;
  });
  CHECK(left == 0);
}

TEST_CASE("Many threads together take as many tokens as there are, and no more") {
  RateLimiter limiter({.network = {1, 100}, .site = {1'000, 10'000}});
  const TimePoint now{};
  std::atomic<int> taken{0};
  at_once(8, [&] {
    for (int i = 0; i < 50; ++i) {
      if (!limiter.refuse(*IpAddress::parse("203.0.113.7"), "a.example", now)) ++taken;
    }
  });
  CHECK(taken == 100);
}
