#include "ledger/subject_list.h"

#include "ledger/stored_rows.h"

namespace consent::server {

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
    } catch (const DamagedRecord&) {
      all.back().damaged = true;
    }
  }
  return all;
}

}  // namespace consent::server
