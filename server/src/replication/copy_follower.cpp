#include "replication/copy_follower.h"

#include <algorithm>
#include <utility>

#include "crypto/clean_memory.h"

namespace consent::server {
namespace {

constexpr std::chrono::milliseconds kRetryMax{60'000};
constexpr std::chrono::hours kIdleMax{1};

}  // namespace

CopyFollower::CopyFollower(Ledger& ledger, const Clock& clock, ReplicationMetrics& metrics,
                           CopyFollowerOptions options)
    : ledger_(ledger),
      clock_(clock),
      metrics_(metrics),
      options_(std::move(options)),
      retry_(options_.first_retry) {
  for (const CopyDirection& each :
       {CopyDirection{Zone::eu, Zone::us}, CopyDirection{Zone::us, Zone::eu}}) {
    if (ledger_.holds(each.from) && ledger_.holds(each.to)) reviews_.push_back({each, 0});
  }
  thread_ = std::thread([this] { work(); });
}

CopyFollower::~CopyFollower() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake();
  thread_.join();
}

void CopyFollower::follow(const std::string& site, std::optional<CopyDirection> direction) {
  ++ordering_;
  {
    const std::lock_guard lock(mutex_);
    --ordering_;
    site_ = site;
    direction_ = direction;
    ++orders_;
    retry_ = options_.first_retry;
    metrics_.set_on(direction.has_value());
  }
  wake();
}

void CopyFollower::wake() {
  woken_.notify_all();
  ledger_.change_signal().raise();
}

void CopyFollower::work() {
  while (true) {
    const std::uint64_t seen = ledger_.change_signal().count();
    Next next = Next::at_once;
    {
      std::unique_lock lock(mutex_);
      woken_.wait(lock, [this] { return ordering_ == 0; });
      if (ending_) return;
      orders_seen_ = orders_;
      next = step();
      wipe_stack_below();
    }
    wait(next, seen);
  }
}

void CopyFollower::wait(Next next, std::uint64_t seen) {
  switch (next) {
    case Next::at_once:
      return;
    case Next::on_order:
      sleep(kIdleMax);
      return;
    case Next::after_failure:
      sleep(pause_);
      return;
    case Next::on_change:
      break;
  }
  ledger_.change_signal().follow_past(seen, std::chrono::steady_clock::now() + kIdleMax);
  sleep(options_.gathering);
}

void CopyFollower::sleep(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  woken_.wait_for(lock, time, [this] { return ending_ || orders_ != orders_seen_; });
}

CopyFollower::Next CopyFollower::step() {
  if (!reviews_.empty()) return review_some();
  if (!direction_) return Next::on_order;
  return copy_some();
}

CopyFollower::Next CopyFollower::review_some() {
  Review& review = reviews_.front();
  const CopyReview done =
      ledger_.copies().review(review.direction, review.after, options_.batch, false, clock_.now());
  if (done.failure) return failed(*done.failure);
  retry_ = options_.first_retry;
  metrics_.count_destroyed(done.destroyed);
  review.after = done.after;
  if (done.ended) reviews_.erase(reviews_.begin());
  return Next::at_once;
}

CopyFollower::Next CopyFollower::copy_some() {
  const CopyStep done = ledger_.copies().copy(site_, *direction_, options_.batch, clock_.now());
  if (done.newest >= done.position) metrics_.set_behind(done.newest - done.position);
  if (done.failure) return failed(*done.failure);
  retry_ = options_.first_retry;
  metrics_.count_copied(done.copied);
  if (done.ended()) return Next::on_change;
  if (options_.progress) options_.progress(done.position, done.newest);
  return Next::at_once;
}

CopyFollower::Next CopyFollower::failed(const StoreFailure& failure) {
  metrics_.count_failure();
  pause_ = retry_;
  retry_ = std::min(retry_ * 2, kRetryMax);
  if (options_.report) options_.report(failure.detail);
  return Next::after_failure;
}

}  // namespace consent::server
