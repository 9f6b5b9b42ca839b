#pragma once
// The register of requests over the zones' files.

#include <memory>
#include <vector>

#include "ledger/request_register.h"
#include "ledger/zone_store.h"

namespace consent::server {

class SqliteRequests final : public RequestRegister {
 public:
  // `stores` is the ledger's, and outlives this.
  SqliteRequests(const std::vector<std::unique_ptr<ZoneStore>>& stores, ReportFailure report)
      : stores_(stores), report_(std::move(report)) {}

  RequestPut put(const RightsRequest& request) override;
  std::optional<RightsRequest> find(const RecordId& id) override;
  std::vector<RightsRequest> list(const std::string& site,
                                  const RequestQuestion& question) override;
  RequestCounts counts(TimePoint now) override;
  std::uint64_t count_closed(Zone zone, TimePoint before) override;
  std::uint64_t remove_closed(Zone zone, TimePoint before, TimePoint now) override;

 private:
  ZoneStore* store_of(Zone zone) const;
  void run(ZoneStore* store, WriteTask& task);

  const std::vector<std::unique_ptr<ZoneStore>>& stores_;
  const ReportFailure report_;
};

}  // namespace consent::server
