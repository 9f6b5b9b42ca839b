#pragma once
// What is kept longer than the site's retention periods allow is destroyed, and certified in each
// zone's log: subjects whose period is over, and of those who go on what later decisions have
// superseded. A legal hold and a restriction freeze: counted, not destroyed. Each is a write of its
// own, so that a running service's other writes come in between.

#include <functional>
#include <string>
#include <string_view>

#include "events/event_sink.h"
#include "ledger/ledger.h"
#include "process/progress_line.h"
#include "rights/sweep_report.h"
#include "site/site_policy.h"

namespace consent::server {

struct SweepParts {
  const SitePolicy& site;
  const Clock& clock;
  Ledger& ledger;
  EventSink& sink;
  std::string_view program;  // version, for the certificate
};

// One for each part of the work, by its name: "eu: subjects looked at".
using SweepProgress = std::function<Progress(const std::string& part)>;

// Of the zones that the ledger holds. A dry run writes nothing to ledger or sink, and needs none
// that can. `stop` is asked before each subject. Throws nothing.
SweepReport sweep_retention(const SweepParts& parts, SweepMode mode,
                            const std::function<bool()>& stop, const SweepProgress& progress);

}  // namespace consent::server
