#pragma once
// The transparency logs of the zones this process holds.

#include <map>
#include <memory>

#include "audit/zone_log.h"
#include "consent/ruleset.h"

namespace consent::server {

class ZoneLogs {
 public:
  void add(Zone zone, std::unique_ptr<ZoneLog> log) { logs_[zone] = std::move(log); }
  ZoneLog* find(Zone zone) const {  // or null
    const auto found = logs_.find(zone);
    return found == logs_.end() ? nullptr : found->second.get();
  }
  // Of paths and questions that name no zone: `eu` where it is held.
  ZoneLog* first() const { return logs_.empty() ? nullptr : logs_.begin()->second.get(); }
  bool empty() const { return logs_.empty(); }

 private:
  std::map<Zone, std::unique_ptr<ZoneLog>> logs_;
};

}  // namespace consent::server
