#pragma once
// Which records are of which day: so that a sweep reads those alone that are old enough. Found by
// the sweeps themselves from the records' ids and kept beside them; nothing else writes it.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "clock.h"
#include "consent/ruleset.h"
#include "ledger/sqlite_connection.h"

namespace consent::server {

// Records that follow each other, and are of one UTC day by their ids. A clock that was set brings
// a day more than once.
struct RecordDay {
  std::uint64_t first = 0;  // sequence
  std::uint64_t last = 0;
  Date day{};
  bool emptied = false;  // no payload is left of them, and none comes back
  // The earliest moment that a retention period of anything of their subjects is counted from, as a
  // sweep found; none: it is not known, or something is over and stays.
  std::optional<TimePoint> counts_from = {};
  friend bool operator==(const RecordDay&, const RecordDay&) = default;
};

// Those that are kept, in the order of the records, and behind them those of records that came
// since. Throws SqliteError.
std::vector<RecordDay> read_record_days(SqliteConnection& connection);
// Inside a transaction. Throws SqliteError.
void store_record_days(SqliteConnection& connection, std::span<const RecordDay> days);

// Makes the table where it is missing. Of no number of the schema: an older program opens the file
// all the same, and forgets `counts_from`. Throws SqliteError.
void prepare_record_days(SqliteConnection& connection);

}  // namespace consent::server
