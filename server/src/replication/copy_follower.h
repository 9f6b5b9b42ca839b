#pragma once
// Keeps the copies of one zone's records in another up to date, on a thread of its own: what is
// appended is copied soon after, and nobody waits for it. At its start it reviews all copies that
// are there, so that what an erasure could not destroy any more goes first.

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "clock.h"
#include "ledger/ledger.h"
#include "ledger/record_copies.h"
#include "process/progress_line.h"
#include "telemetry/failure_log.h"
#include "telemetry/replication_metrics.h"

namespace consent::server {

struct CopyFollowerOptions {
  ReportFailure report = {};  // every failure; what failed is tried again
  Progress progress = {};     // of a first copy or a review that takes more than one batch
  std::size_t batch = 256;    // records, or copies, at once
  // After a change, for more of them: they then share a transaction.
  std::chrono::milliseconds gathering{100};
  // After a failure; twice as long after each further one, up to a minute.
  std::chrono::milliseconds first_retry{1000};
};

// Thread-safe.
class CopyFollower {
 public:
  // All but the options outlive this.
  CopyFollower(Ledger& ledger, const Clock& clock, ReplicationMetrics& metrics,
               CopyFollowerOptions options = {});
  // Ends behind the batch that runs.
  ~CopyFollower();
  CopyFollower(const CopyFollower&) = delete;
  CopyFollower& operator=(const CopyFollower&) = delete;

  // What is copied from now on; none: nothing. On return nothing is being copied that is not this.
  void follow(const std::string& site, std::optional<CopyDirection> direction);

 private:
  enum class Next : std::uint8_t { at_once, on_change, on_order, after_failure };
  struct Review {
    CopyDirection direction;
    std::uint64_t after = 0;
  };

  void work();
  Next step();
  Next review_some();
  Next copy_some();
  Next failed(const StoreFailure& failure);
  void wait(Next next, std::uint64_t seen);
  // Ends early with an order or the end.
  void sleep(std::chrono::milliseconds time);
  void wake();

  Ledger& ledger_;
  const Clock& clock_;
  ReplicationMetrics& metrics_;
  const CopyFollowerOptions options_;

  std::mutex mutex_;  // held for a batch; of what stands below
  std::condition_variable woken_;
  std::atomic<unsigned> ordering_{0};  // who waits to give an order goes before the next batch
  bool ending_ = false;
  std::uint64_t orders_ = 0;
  std::uint64_t orders_seen_ = 0;
  std::string site_;
  std::optional<CopyDirection> direction_;
  std::vector<Review> reviews_;        // still to be done
  std::chrono::milliseconds retry_{};  // after the next failure
  std::chrono::milliseconds pause_{};  // after the last one

  std::thread thread_;  // last: it uses the others
};

}  // namespace consent::server
