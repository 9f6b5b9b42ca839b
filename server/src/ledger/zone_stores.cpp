#include "ledger/zone_stores.h"

#include <algorithm>
#include <stdexcept>

namespace consent::server {

ZoneStores::ZoneStores(const LedgerOptions& options, StateCache& cache, RecentRefusals& refusals)
    : report_(options.report) {
  for (const Zone zone : options.zones) {
    try {
      stores_.push_back(std::make_unique<ZoneStore>(options, zone, cache, refusals));
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

std::optional<Appended> ZoneStores::known_elsewhere(const Record& record, bool first) const {
  for (const auto& store : stores_) {
    if (store->zone() == record.zone) continue;
    try {
      if (auto known = store->known(record, first)) return known;
    } catch (const std::exception& error) {
      return Appended{.record = record, .failure = unreadable(*store, error)};
    }
  }
  return std::nullopt;
}

}  // namespace consent::server
