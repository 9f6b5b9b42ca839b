#pragma once
// Rate, errors and duration of each route, counted by each thread in a place that few others use.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace consent::server {

class RequestMetrics {
 public:
  void count(std::string_view pattern, std::string_view method, int status,
             std::chrono::nanoseconds duration);
  void render(std::string& out) const;

 private:
  static constexpr std::size_t kBuckets = 16;  // the last one holds what no bound does
  struct Route {
    std::map<std::pair<std::size_t, int>, std::uint64_t> answers;  // by index of method, and status
    std::array<std::uint64_t, kBuckets> durations{};
    std::chrono::nanoseconds total{0};
  };
  using Routes = std::map<std::string, Route, std::less<>>;
  struct alignas(64) Shard {
    std::mutex mutex;
    Routes routes;
  };
  Routes sum() const;

  static constexpr std::size_t kShards = 16;
  mutable std::array<Shard, kShards> shards_;
};

}  // namespace consent::server
