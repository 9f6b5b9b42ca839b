#pragma once
// Deadlines that all lie the same span ahead when they are set: then the order of setting is the
// order of expiry, and setting, clearing and finding the next one take constant time.

#include <chrono>
#include <optional>

namespace consent::http {

using Instant = std::chrono::steady_clock::time_point;

class DeadlineQueue;

// Embedded in what expires; leaves its queue when destroyed. At most in one queue at a time.
class Deadline {
 public:
  Deadline() = default;
  ~Deadline() { clear(); }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  void clear();
  bool is_in(const DeadlineQueue& queue) const { return queue_ == &queue; }

 private:
  friend class DeadlineQueue;
  DeadlineQueue* queue_ = nullptr;
  Deadline* previous_ = nullptr;
  Deadline* next_ = nullptr;
  Instant at_{};
};

class DeadlineQueue {
 public:
  explicit DeadlineQueue(std::chrono::milliseconds span) : span_(span) {}
  DeadlineQueue(const DeadlineQueue&) = delete;
  DeadlineQueue& operator=(const DeadlineQueue&) = delete;

  // Sets `deadline` to now + span, taking it out of whatever queue it is in.
  void set(Deadline& deadline, Instant now);
  std::optional<Instant> next() const;
  // The first that has passed, still in the queue; nullptr when there is none.
  Deadline* first_due(Instant now);
  Deadline* first() { return first_; }
  static Deadline* after(Deadline& deadline) { return deadline.next_; }

 private:
  friend class Deadline;
  void take_out(Deadline& deadline);

  std::chrono::milliseconds span_;
  Deadline* first_ = nullptr;
  Deadline* last_ = nullptr;
};

}  // namespace consent::http
