#include "ledger/zone_store.h"

namespace consent::server {

ZoneStore::ZoneStore(const LedgerOptions& options, Zone zone, StateCache& cache,
                     RecentRefusals& refusals)
    : files_(options.data_dir, zone, options.keys),
      log_(options.change_log ? options.change_log(zone) : nullptr),
      writer_(files_, cache, refusals, servings_, log_.get()),
      readers_(files_),
      queue_([this](std::span<WriteTask* const> tasks) { writer_.commit(tasks); }) {}

}  // namespace consent::server
