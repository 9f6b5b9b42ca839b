#include "ledger/zone_stores.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>

namespace consent::server {

ZoneStores::ZoneStores(const LedgerOptions& options, StateCache& cache, RecentRefusals& refusals)
    : report_(options.report) {
  for (const Zone zone : options.zones) {
    try {
      stores_.push_back(std::make_unique<ZoneStore>(
          options, zone, cache, refusals,
          [this](const ZoneStore& own, std::span<WriteTask* const> tasks) {
            look_elsewhere(own, tasks);
          }));
    } catch (const std::exception& error) {
      throw std::runtime_error(explain(zone_file_path(options.data_dir, zone), error));
    }
  }
}

StoreFailure not_held(Zone zone) {
  return {"zone " + std::string(to_text(zone)) + " is not held here; see --zone"};
}

ZoneStore* ZoneStores::find(Zone zone) const {
  const auto found = std::find_if(stores_.begin(), stores_.end(),
                                  [zone](const auto& store) { return store->zone() == zone; });
  return found == stores_.end() ? nullptr : found->get();
}

void ZoneStores::report(const StoreFailure& failure) const {
  if (report_) report_(failure.detail);
}

StoreFailure ZoneStores::unreadable(const ZoneStore& store, const std::exception& error) const {
  StoreFailure failure{explain(store.path(), error)};
  report(failure);
  return failure;
}

void ZoneStores::look_elsewhere(const ZoneStore& own, std::span<WriteTask* const> tasks) const {
  std::vector<WriteTask*> decisions;
  std::copy_if(tasks.begin(), tasks.end(), std::back_inserter(decisions),
               [](const WriteTask* task) { return task->is_decision(); });
  if (decisions.empty()) return;
  for (const auto& store : stores_) {
    if (store.get() == &own) continue;
    store->look_up(decisions);
    std::erase_if(decisions, [](const WriteTask* task) { return task->is_settled(); });
    if (decisions.empty()) return;
  }
}

void ZoneStores::close() {
  for (const auto& store : stores_) store->close();
}

}  // namespace consent::server
