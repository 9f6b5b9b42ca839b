#include "ledger/subject_list.h"

#include "formats/uuid.h"
#include "ledger/stored_rows.h"

namespace consent::server {
namespace {

// Ids carry their time, so nothing needs to be opened.
std::optional<TimePoint> oldest_of_several(StoredRows& rows, const SubjectRow& subject) {
  std::optional<TimePoint> oldest;
  std::size_t held = 0;
  for (const RecordRow& record : rows.chain(subject)) {
    if (record.payload.empty()) continue;
    oldest = time_of(record.id);
    ++held;
  }
  return held > 1 ? oldest : std::nullopt;
}

}  // namespace

std::vector<SubjectSummary> read_subjects(StoredRows& rows, Zone zone,
                                          const std::optional<SubjectPlace>& after,
                                          std::size_t limit) {
  std::vector<SubjectSummary> all;
  const LookupHash start = after ? after->hash : LookupHash{};
  for (const SubjectRow& row : rows.living_subjects_behind(start, !after, limit)) {
    all.push_back({.place = {zone, row.hash},
                   .legal_hold = row.legal_hold,
                   .newest = static_cast<std::uint64_t>(row.newest)});
    try {
      all.back().state = rows.state_of(row);
      all.back().oldest = oldest_of_several(rows, row);
    } catch (const DamagedRecord&) {
      all.back().damaged = true;
    } catch (const SqliteError& error) {
      if (error.kind() != SqliteError::Kind::corrupt) throw;
      all.back().damaged = true;
    }
  }
  return all;
}

}  // namespace consent::server
