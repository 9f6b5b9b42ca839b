#pragma once
// The retention sweeps of a running service: once a UTC day, on SIGUSR1, and when a command asks
// for one. Used by one thread, which waits for each.

#include <string>
#include <string_view>

#include "clock.h"
#include "events/event_sink.h"
#include "ledger/ledger.h"
#include "rights/sweep_request.h"
#include "site/site_policy.h"
#include "telemetry/metrics.h"

namespace consent::server {

class ServiceSweeps {
 public:
  struct Parts {
    std::string data_dir;
    const Clock& clock;
    Ledger& ledger;
    EventSink& sink;
    Metrics& metrics;
    std::string_view program;  // version, for the certificate
  };
  explicit ServiceSweeps(Parts parts);

  // When today's did not end yet.
  void sweep_daily(const SitePolicy& site);
  void sweep_now(const SitePolicy& site);
  // Whether somebody waits for a sweep; that one is then to be made.
  bool is_asked();
  void sweep_as_asked(const SitePolicy& site);

 private:
  void sweep(const SitePolicy& site, std::string_view cause, std::string request);

  const Parts parts_;
  SweepAnswers answers_;
  std::string request_;
  Date swept_ = {};  // the day of the last one that ended
};

}  // namespace consent::server
