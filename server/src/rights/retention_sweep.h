#pragma once
// What is kept longer than the site's retention periods allow is destroyed, and certified in each
// zone's log: subjects whose period is over, and of those who go on what later decisions have
// superseded. A legal hold and a restriction freeze: counted, not destroyed. Each is a write of its
// own, so that a running service's other writes come in between.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "events/event_sink.h"
#include "ledger/ledger.h"
#include "process/progress_line.h"
#include "rights/certificate.h"
#include "site/site_policy.h"
#include "telemetry/sweep_metrics.h"

namespace consent::server {

struct SweepParts {
  const SitePolicy& site;
  const Clock& clock;
  Ledger& ledger;
  EventSink& sink;
  std::string_view program;  // version, for the certificate
};

enum class SweepMode : std::uint8_t {
  dry_run,  // counts, changes nothing
  destroy
};

struct ZoneSweep {
  Zone zone = Zone::eu;
  std::uint64_t subjects = 0;    // looked at
  std::uint64_t destroyed = 0;   // of them; in a dry run: would be
  std::uint64_t frozen = 0;      // over, but held or restricted
  std::uint64_t failed = 0;      // over, but could not be destroyed
  std::uint64_t damaged = 0;     // do not open; consentd verify names them
  std::uint64_t records = 0;     // destroyed with them; not counted in a dry run
  std::uint64_t renewed = 0;     // of the others, those of whom superseded records were destroyed
  std::uint64_t entries = 0;     // of the log; in a dry run: would be
  std::uint64_t requests = 0;    // of the register, closed long ago; in a dry run: would be
  std::uint64_t superseded = 0;  // of these records; in a dry run: would be
  std::optional<Uuid> certificate = {};
};

struct SweepReport {
  std::vector<ZoneSweep> zones;
  std::uint64_t event_days = 0;  // files destroyed; in a dry run: would be
  bool ended = true;             // false: stopped in between; the next one goes on
  // The first one, for the operator; empty: none. The rest goes on, and what is destroyed is
  // certified.
  std::string failure = {};
};

// Of the zones that the ledger holds. A dry run writes nothing to ledger or sink, and needs none
// that can. `stop` is asked before each subject. Throws nothing.
SweepReport sweep_retention(const SweepParts& parts, SweepMode mode,
                            const std::function<bool()>& stop, const Progress& progress);

SweepFigures figures_of(const SweepReport& report);

// For the log and the terminal: "eu: 12 subjects looked at, 3 destroyed ...", one line each.
std::vector<std::string> to_lines(const SweepReport& report, SweepMode mode);

}  // namespace consent::server
