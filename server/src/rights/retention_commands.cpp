#include "rights/retention_commands.h"

#include <cstdio>
#include <memory>
#include <stdexcept>

#include "application.h"
#include "audit/tree_log.h"
#include "ledger/directory_lock.h"
#include "ledger/ledger_commands.h"
#include "process/exit_status.h"
#include "process/progress_line.h"
#include "rights/retention_sweep.h"
#include "site/site_file.h"

namespace consent::server {
namespace {

LedgerOptions ledger_options(const Config& config) {
  LedgerOptions options;
  options.data_dir = config.data_dir;
  options.zones = zones_in(config.data_dir, config.zones);
  options.keys = config.zone_keys;
  options.read_only = config.dry_run;
  options.change_log = [data_dir = config.data_dir](Zone zone) {
    return std::make_unique<TreeLog>(zone_directory(data_dir, zone));
  };
  return options;
}

// There is one writer: while a service runs it is the service that sweeps, and can be asked to.
std::unique_ptr<Ledger> open_ledger(const Config& config) {
  const LedgerOptions options = ledger_options(config);
  if (!config.dry_run && !lock_is_free(config.data_dir)) {
    throw std::runtime_error(
        config.data_dir +
        " is in use by a running consentd. It sweeps once a day by itself; to have it sweep now, "
        "send it SIGUSR1 (systemctl kill --kill-whom=main --signal=SIGUSR1 consentd): progress and "
        "certificate stand in its log. --dry-run on works beside it");
  }
  return open_sqlite_ledger(options);
}

}  // namespace

int sweep_by_hand(const Config& config) {
  const SystemClock clock;
  const SiteFile site = load_site_file(config.site_file, config.data_dir, clock.now());
  if (!site.errors.empty()) throw std::runtime_error(site.errors.front());
  const auto ledger = open_ledger(config);
  const auto sink = config.dry_run ? open_ndjson_sink_for_reading(config.data_dir)
                                   : open_ndjson_sink(config.data_dir);
  const SweepMode mode = config.dry_run ? SweepMode::dry_run : SweepMode::destroy;
  const SweepParts parts{.site = site.policy,
                         .clock = clock,
                         .ledger = *ledger,
                         .sink = *sink,
                         .program = program_version()};
  const SweepReport report = sweep_retention(
      parts, mode, [] { return false; }, progress_line("sweep"));
  for (const std::string& line : to_lines(report, mode)) std::printf("%s\n", line.c_str());
  if (report.failure.empty()) return 0;
  std::fprintf(stderr, "consentd: %s\n", report.failure.c_str());
  return kFailed;
}

}  // namespace consent::server
