#pragma once
// What a retention sweep found and did, zone by zone.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "consent/ruleset.h"
#include "formats/uuid.h"
#include "telemetry/sweep_metrics.h"

namespace consent::server {

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
  std::uint64_t copies = 0;      // in another zone, of records that are destroyed here
  std::uint64_t orphans = 0;  // copies here whose records, elsewhere, were destroyed before; in a
                              // dry run: would be
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

SweepFigures figures_of(const SweepReport& report);

// For the log and the terminal: "eu: 12 subjects looked at, 3 destroyed ...", one line each.
std::vector<std::string> to_lines(const SweepReport& report, SweepMode mode);

}  // namespace consent::server
