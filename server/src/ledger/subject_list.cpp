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

SubjectSummary summary_of(StoredRows& rows, Zone zone, const SubjectRow& row) {
  SubjectSummary summary{.place = {zone, row.hash},
                         .legal_hold = row.legal_hold,
                         .newest = static_cast<std::uint64_t>(row.newest)};
  try {
    summary.state = rows.state_of(row);
    summary.oldest = oldest_of_several(rows, row);
  } catch (const DamagedRecord&) {
    summary.damaged = true;
  } catch (const SqliteError& error) {
    if (error.kind() != SqliteError::Kind::corrupt) throw;
    summary.damaged = true;
  }
  return summary;
}

}  // namespace

std::vector<SubjectSummary> read_subjects(StoredRows& rows, Zone zone,
                                          const std::optional<SubjectPlace>& after,
                                          std::size_t limit) {
  std::vector<SubjectSummary> all;
  const LookupHash start = after ? after->hash : LookupHash{};
  for (const SubjectRow& row : rows.living_subjects_behind(start, !after, limit)) {
    all.push_back(summary_of(rows, zone, row));
  }
  return all;
}

SubjectsOfRecords read_subjects_of_records(StoredRows& rows, Zone zone, std::uint64_t after,
                                           std::uint64_t last, std::size_t limit) {
  SubjectsOfRecords found;
  found.after = last;
  const auto records = rows.records_behind(static_cast<std::int64_t>(after), limit);
  for (const RecordRow& record : records) {
    const auto sequence = static_cast<std::uint64_t>(record.sequence);
    if (sequence > last) return found;
    if (record.payload.empty()) continue;
    ++found.held;
    const auto row = rows.subject(record.subject);
    if (row && !row->erased()) found.subjects.push_back(summary_of(rows, zone, *row));
  }
  if (records.size() == limit) found.after = static_cast<std::uint64_t>(records.back().sequence);
  return found;
}

}  // namespace consent::server
