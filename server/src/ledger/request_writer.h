#pragma once
// Changes of the register of requests inside a transaction. Each is an entry of the change log
// under the request's id; one of zeros says that it was removed.

#include "ledger/change_log.h"
#include "ledger/request_rows.h"
#include "ledger/write_queue.h"

namespace consent::server {

// Used by the writer's thread; throws like SubjectWriter.
class RequestWriter {
 public:
  // `log` may be null.
  RequestWriter(SqliteConnection& connection, Zone zone, const ZoneKeys& keys, ChangeLog* log);

  void put(WriteTask& task);
  void remove_closed(WriteTask& task);
  // The subject's requests go on without its id and notes. Where it asked for that, those for
  // erasure that are open are completed.
  void forget(const LookupHash& subject, ErasureCause cause, TimePoint now);

 private:
  void store(const RightsRequest& request, const std::optional<LookupHash>& subject);
  void remove(const RecordId& id, TimePoint now);
  void tell(const RecordId& id, TimePoint time, const SealedRequest& sealed);
  bool is_erased(const LookupHash& subject);

  SqliteConnection& connection_;
  const Zone zone_;
  ChangeLog* const log_;
  Envelope envelope_;
  SqliteStatement upsert_;
  SqliteStatement remove_;
  SqliteStatement erased_;
};

}  // namespace consent::server
