#pragma once
// The transparency logs of the zones this process holds.

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "audit/zone_log.h"
#include "consent/ruleset.h"
#include "telemetry/failure_log.h"

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
  // Why one could not be read or signed, for the operator.
  void on_failure(ReportFailure report) { report_ = std::move(report); }
  void report(std::string_view detail) const {
    if (report_) report_(detail);
  }
  // The first that cannot be read or signed; empty when all is well. For /readyz.
  std::string failure() const;
  bool empty() const { return logs_.empty(); }

 private:
  ReportFailure report_;
  std::map<Zone, std::unique_ptr<ZoneLog>> logs_;
};

}  // namespace consent::server
