#pragma once
// Decisions that granted nothing: how many a day had. Nothing else of them is stored.

#include <cstdint>
#include <map>
#include <string>

#include "ledger/record.h"
#include "ledger/refusal_days.h"
#include "ledger/sqlite_connection.h"

namespace consent::server {

// Of one connection, in the transaction that is running.
class RefusalCounter {
 public:
  RefusalCounter(SqliteConnection& connection, Zone zone, ChangeLog* log);
  // In memory until settle().
  void count(const Record& record);
  // Writes what was counted, and commits to the days that are over at `now`. When the transaction
  // fails instead, this is of no more use.
  void settle(TimePoint now);

 private:
  struct Cell {
    Date day;
    std::string site;
    RegimeId regime;
    Action action;
    friend auto operator<=>(const Cell&, const Cell&) = default;
  };
  std::map<Cell, std::int64_t> counted_;
  SqliteStatement upsert_;
  RefusalDays days_;
};

}  // namespace consent::server
