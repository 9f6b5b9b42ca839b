#pragma once
// The register of requests over the zones' files.

#include <vector>

#include "ledger/request_register.h"
#include "ledger/zone_stores.h"

namespace consent::server {

class SqliteRequests final : public RequestRegister {
 public:
  // `stores` is the ledger's, and outlives this.
  explicit SqliteRequests(const ZoneStores& stores) : stores_(stores) {}

  RequestPut put(const RightsRequest& request) override;
  std::optional<RightsRequest> find(const RecordId& id) override;
  std::vector<RightsRequest> list(const std::string& site,
                                  const RequestQuestion& question) override;
  RequestCounts counts(TimePoint now) override;
  std::uint64_t count_closed(Zone zone, const ClosedBefore& before) override;
  std::uint64_t remove_closed(Zone zone, const ClosedBefore& before, TimePoint now) override;

 private:
  void run(ZoneStore* store, WriteTask& task);

  const ZoneStores& stores_;
};

}  // namespace consent::server
