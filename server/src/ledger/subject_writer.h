#pragma once
// Changes of one subject inside a transaction: a decision, a right exercised, an erasure. Each is a
// record, and an entry of the change log.

#include <map>

#include "ledger/change_log.h"
#include "ledger/consent_counts.h"
#include "ledger/stored_rows.h"
#include "ledger/write_queue.h"

namespace consent::server {

// Used by the writer's thread. Each call throws before it has written anything when the subject's
// row does not open (DamagedRecord); a later SqliteError is for the whole transaction.
class SubjectWriter {
 public:
  // `log` may be null.
  SubjectWriter(SqliteConnection& connection, Zone zone, const ZoneKeys& keys, ChangeLog* log);

  void append(WriteTask& task);
  // What a record of this event holds; empty when there is none, or it is erased.
  std::optional<Record> find_event(const EventId& event);
  void mark(WriteTask& task);
  void set_legal_hold(WriteTask& task);
  void erase(WriteTask& task);
  void erase_superseded(WriteTask& task);
  // Before the transaction ends: what is counted once for all that it stored.
  void settle() { decisions_.settle(); }

 private:
  struct Subject;
  // Both return the number of the cited notice's row; 0: none is cited.
  std::int64_t insert(Record& record, const SubjectRow& subject, const SealedRecord& sealed);
  std::int64_t add_to(Subject& subject, Record& record);
  // The row of an erasure's subject; sets the outcome where it may not be touched.
  std::optional<SubjectRow> erasable(WriteTask& task);
  void empty(const RecordRow& record, Erasure& erasure);
  void store(const SubjectRow& row);
  void tell(LogKind kind, const Record& record, const SealedRecord& sealed);
  std::int64_t notice_number(const std::string& id);

  SqliteConnection& connection_;
  const Zone zone_;
  const ZoneKeys& keys_;
  ChangeLog* const log_;
  StoredRows rows_;
  SqliteStatement insert_;
  SqliteStatement upsert_;
  SqliteStatement cite_;
  SqliteStatement notice_;
  SqliteStatement empty_;
  DecisionCounter decisions_;
  std::map<std::string, std::int64_t, std::less<>> notice_numbers_;  // of those cited lately
};

}  // namespace consent::server
