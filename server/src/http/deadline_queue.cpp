#include "http/deadline_queue.h"

namespace consent::http {

void Deadline::clear() {
  if (queue_ != nullptr) queue_->take_out(*this);
}

void DeadlineQueue::set(Deadline& deadline, Instant now) {
  deadline.clear();
  deadline.queue_ = this;
  deadline.at_ = now + span_;
  deadline.previous_ = last_;
  deadline.next_ = nullptr;
  (last_ == nullptr ? first_ : last_->next_) = &deadline;
  last_ = &deadline;
}

std::optional<Instant> DeadlineQueue::next() const {
  if (first_ == nullptr) return std::nullopt;
  return first_->at_;
}

Deadline* DeadlineQueue::first_due(Instant now) {
  return first_ != nullptr && first_->at_ <= now ? first_ : nullptr;
}

void DeadlineQueue::take_out(Deadline& deadline) {
  (deadline.previous_ == nullptr ? first_ : deadline.previous_->next_) = deadline.next_;
  (deadline.next_ == nullptr ? last_ : deadline.next_->previous_) = deadline.previous_;
  deadline.previous_ = deadline.next_ = nullptr;
  deadline.queue_ = nullptr;
}

}  // namespace consent::http
