#pragma once
// A thread that is about to wait long, for the disk say, tells whoever counts on its work, so that
// another can be put in its place meanwhile.

namespace consent {

class WaitObserver {
 public:
  virtual void wait_begins() = 0;
  virtual void wait_ends() = 0;

 protected:
  ~WaitObserver() = default;
};

// Of this thread. Null: nobody counts on it.
inline thread_local WaitObserver* wait_observer = nullptr;

// Lives as long as the wait.
class LongWait {
 public:
  LongWait() {
    if (wait_observer != nullptr) wait_observer->wait_begins();
  }
  ~LongWait() {
    if (wait_observer != nullptr) wait_observer->wait_ends();
  }
  LongWait(const LongWait&) = delete;
  LongWait& operator=(const LongWait&) = delete;
};

}  // namespace consent
