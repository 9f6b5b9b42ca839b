#include "ledger/state_change.h"

#include "ledger/stored_rows.h"

namespace consent::server {
namespace {

StateChange change_of(StoredRows& rows, Zone zone, const RecordRow& row) {
  StateChange change{.sequence = static_cast<std::uint64_t>(row.sequence),
                     .id = row.id,
                     .kind = row.kind,
                     .zone = zone,
                     .subject_key = row.subject,
                     .record = {}};
  try {
    const auto subject = rows.subject(row.subject);
    if (!subject) throw DamagedRecord("a record without its subject");
    if (subject->erased()) {
      change.state.hold = Hold::erased;
      return change;
    }
    if (row.payload.empty()) return change;
    change.record = rows.open(rows.data_key(*subject), row).record;
    change.state = rows.state_of(*subject);
  } catch (const DamagedRecord&) {
    change.record.reset();
    change.damaged = true;
  }
  return change;
}

}  // namespace

std::vector<StateChange> read_changes(StoredRows& rows, Zone zone, std::uint64_t after,
                                      std::size_t limit) {
  std::vector<StateChange> changes;
  for (const RecordRow& row : rows.records_behind(static_cast<std::int64_t>(after), limit)) {
    changes.push_back(change_of(rows, zone, row));
  }
  return changes;
}

}  // namespace consent::server
