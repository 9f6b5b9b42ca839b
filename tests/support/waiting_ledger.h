#pragma once
// What the ledger tells to who does not wait for it, waited for.

#include <future>
#include <optional>
#include <string>
#include <utility>

#include "ledger/ledger.h"

namespace consent::testing {

inline server::Appended append_first(server::Ledger& ledger, const server::Record& record) {
  std::promise<server::Appended> appended;
  ledger.append_first(record, [&](server::Appended each) { appended.set_value(std::move(each)); });
  return appended.get_future().get();
}

inline std::optional<server::StoreFailure> keep_notice(server::Ledger& ledger, Zone zone,
                                                       const std::string& id,
                                                       const std::string& canonical_json) {
  std::promise<std::optional<server::StoreFailure>> kept;
  ledger.keep_notice(
      zone, id, canonical_json,
      [&](const std::optional<server::StoreFailure>& failure) { kept.set_value(failure); });
  return kept.get_future().get();
}

}  // namespace consent::testing
