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
#include "rights/sweep_request.h"
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

int tell_end(const std::vector<std::string>& lines, bool ended, const std::string& failure) {
  for (const std::string& line : lines) std::printf("%s\n", line.c_str());
  if (!failure.empty()) return complain(failure, kFailed);
  if (ended) return 0;
  return complain(
      "the sweep was interrupted, because the service is reloaded or ends; call the command again: "
      "what is destroyed and certified stays so, and the rest follows",
      kFailed);
}

int sweep_by_service(const std::string& data_dir) {
  std::fprintf(stderr, "consentd: the service that holds %s sweeps, by its own site file\n",
               data_dir.c_str());
  const SweepState end = ask_for_sweep(data_dir, progress_line);
  return tell_end(end.lines, end.ended, end.failure);
}

}  // namespace

int sweep_by_hand(const Config& config) {
  const LedgerOptions options = ledger_options(config);
  // There is one writer: while a service runs it is the service that sweeps.
  if (!config.dry_run && !lock_is_free(config.data_dir)) return sweep_by_service(config.data_dir);
  const SystemClock clock;
  const SiteFile site = load_site_file(config.site_file, config.data_dir, clock.now());
  if (!site.errors.empty()) throw std::runtime_error(site.errors.front());
  const auto ledger = open_sqlite_ledger(options);
  const auto sink = config.dry_run ? open_ndjson_sink_for_reading(config.data_dir)
                                   : open_ndjson_sink(config.data_dir);
  const SweepMode mode = config.dry_run ? SweepMode::dry_run : SweepMode::destroy;
  const SweepParts parts{.site = site.policy,
                         .clock = clock,
                         .ledger = *ledger,
                         .sink = *sink,
                         .program = program_version()};
  const SweepReport report = sweep_retention(
      parts, mode, [] { return false; }, progress_line);
  return tell_end(to_lines(report, mode), report.ended, report.failure);
}

}  // namespace consent::server
