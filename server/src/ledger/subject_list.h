#pragma once
// A zone's living subjects, as a sweep goes through them.

#include <cstddef>
#include <optional>
#include <vector>

#include "ledger/ledger.h"

namespace consent::server {

class StoredRows;

// Ledger::subjects, of one zone's file. One that does not open is in the list, and said to be
// damaged.
std::vector<SubjectSummary> read_subjects(StoredRows& rows, Zone zone,
                                          const std::optional<SubjectPlace>& after,
                                          std::size_t limit);

// Ledger::subjects_of_records, of one zone's file.
SubjectsOfRecords read_subjects_of_records(StoredRows& rows, Zone zone, std::uint64_t after,
                                           std::uint64_t last, std::size_t limit);

}  // namespace consent::server
