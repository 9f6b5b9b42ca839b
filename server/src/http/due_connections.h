#pragma once
// Connections whose answer, which came later, can be made now. Whoever calls back outlives, by a
// moment, the loop that it calls: therefore shared.

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "http/network.h"

namespace consent::http {

struct Connection;

// Thread-safe.
class DueConnections {
 public:
  explicit DueConnections(std::shared_ptr<Network> network) : network_(std::move(network)) {}
  // The loop is woken once for all that come before it looks.
  void add(Connection& connection) {
    bool first = false;
    {
      const std::lock_guard lock(mutex_);
      first = due_.empty();
      due_.push_back(&connection);
    }
    if (first) network_->wake();
  }
  std::vector<Connection*> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(due_, {});
  }

 private:
  const std::shared_ptr<Network> network_;
  std::mutex mutex_;
  std::vector<Connection*> due_;
};

}  // namespace consent::http
