#pragma once
// Notices that each zone is known to hold: each is written once while the process lives.

#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "consent/ruleset.h"

namespace consent::server {

// Thread-safe.
class KeptNotices {
 public:
  bool has(Zone zone, const std::string& id) {
    const std::lock_guard lock(mutex_);
    return kept_.contains({zone, id});
  }
  void add(Zone zone, const std::string& id) {
    const std::lock_guard lock(mutex_);
    kept_.emplace(zone, id);
  }

 private:
  std::mutex mutex_;
  std::set<std::pair<Zone, std::string>> kept_;
};

}  // namespace consent::server
