#pragma once
// How replication from one zone to another stands, and what it did since the start.

#include <atomic>
#include <cstdint>
#include <string>

namespace consent::server {

struct ReplicationFigures {
  bool is_on = false;
  std::uint64_t behind = 0;     // records of the zone not looked at yet, those of all its sites
  std::uint64_t copied = 0;     // records
  std::uint64_t destroyed = 0;  // copies whose original was gone already
  std::uint64_t failures = 0;   // batches that could not be read or stored
};

// Thread-safe.
class ReplicationMetrics {
 public:
  void set_on(bool is_on);
  void set_behind(std::uint64_t records) { behind_ = records; }
  void count_copied(std::uint64_t records) { copied_ += records; }
  void count_destroyed(std::uint64_t copies) { destroyed_ += copies; }
  void count_failure() { ++failures_; }

  ReplicationFigures figures() const;
  // Prometheus text exposition format 0.0.4.
  void render(std::string& out) const;

 private:
  std::atomic<bool> is_on_{false};
  std::atomic<std::uint64_t> behind_{0};
  std::atomic<std::uint64_t> copied_{0};
  std::atomic<std::uint64_t> destroyed_{0};
  std::atomic<std::uint64_t> failures_{0};
};

}  // namespace consent::server
