#pragma once
// The zones that this process holds. What one of them cannot read is reported here.

#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "ledger/ledger.h"
#include "ledger/zone_store.h"

namespace consent::server {

StoreFailure not_held(Zone zone);

class ZoneStores {
 public:
  // Throws std::runtime_error with a message for the operator. `cache` and `refusals` outlive this.
  ZoneStores(const LedgerOptions& options, StateCache& cache, RecentRefusals& refusals);

  // Null when it is not held.
  ZoneStore* find(Zone zone) const;
  auto begin() const { return stores_.begin(); }
  auto end() const { return stores_.end(); }

  void report(const StoreFailure& failure) const;
  StoreFailure unreadable(const ZoneStore& store, const std::exception& error) const;

  // The first answer of any zone; one that cannot be read has none.
  template <typename Answer, typename Read>
  std::optional<Answer> first(Read read) const {
    for (const auto& store : stores_) {
      try {
        if (auto answer = read(*store)) return answer;
      } catch (const std::exception& error) {
        unreadable(*store, error);
      }
    }
    return std::nullopt;
  }

  // Writes what still waits in any of them; they can be read all the while.
  void close();

 private:
  void look_elsewhere(const ZoneStore& own, std::span<WriteTask* const> tasks) const;

  const ReportFailure report_;
  std::vector<std::unique_ptr<ZoneStore>> stores_;
};

}  // namespace consent::server
