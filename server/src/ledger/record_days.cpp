#include "ledger/record_days.h"

#include <algorithm>
#include <string>

#include "formats/uuid.h"

namespace consent::server {

namespace {

constexpr const char* kTable = R"sql(
CREATE TABLE IF NOT EXISTS record_days (
  first       INTEGER PRIMARY KEY,
  last        INTEGER NOT NULL,
  day         INTEGER NOT NULL,  -- since 1970
  emptied     INTEGER NOT NULL,
  counts_from INTEGER            -- ms since 1970
) STRICT;
)sql";

bool has_counts_from(SqliteConnection& connection) {
  return connection.integer(
             "SELECT count(*) FROM pragma_table_info('record_days') WHERE name = 'counts_from'") !=
         0;
}

std::vector<RecordDay> stored_days(SqliteConnection& connection) {
  std::vector<RecordDay> days;
  if (connection.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'record_days'") == 0) {
    return days;
  }
  SqliteStatement all = connection.prepare(std::string("SELECT first, last, day, emptied, ") +
                                           (has_counts_from(connection) ? "counts_from" : "NULL") +
                                           " FROM record_days ORDER BY first");
  while (all.step()) {
    days.push_back({.first = static_cast<std::uint64_t>(all.integer(0)),
                    .last = static_cast<std::uint64_t>(all.integer(1)),
                    .day = Date(std::chrono::days(all.integer(2))),
                    .emptied = all.integer(3) != 0});
    if (!all.is_null(4)) {
      days.back().counts_from = TimePoint(std::chrono::milliseconds(all.integer(4)));
    }
  }
  return days;
}

}  // namespace

std::vector<RecordDay> read_record_days(SqliteConnection& connection) {
  std::vector<RecordDay> days = stored_days(connection);
  SqliteStatement newer =
      connection.prepare("SELECT sequence, id FROM records WHERE sequence > ? ORDER BY sequence");
  newer.bind(0, days.empty() ? 0 : static_cast<std::int64_t>(days.back().last));
  while (newer.step()) {
    const auto sequence = static_cast<std::uint64_t>(newer.integer(0));
    Uuid id{};
    if (!newer.blob(1, id)) {
      throw SqliteError(SqliteError::Kind::corrupt, "a stored row is damaged");
    }
    const Date day = std::chrono::floor<std::chrono::days>(time_of(id));
    if (days.empty() || days.back().day != day) days.push_back({.first = sequence, .day = day});
    days.back().last = sequence;
    days.back().emptied = false;
    days.back().counts_from.reset();
  }
  return days;
}

void store_record_days(SqliteConnection& connection, std::span<const RecordDay> days) {
  if (const auto stored = stored_days(connection);
      std::equal(stored.begin(), stored.end(), days.begin(), days.end())) {
    return;
  }
  connection.execute("DELETE FROM record_days");
  SqliteStatement insert = connection.prepare(
      "INSERT INTO record_days (first, last, day, emptied, counts_from) VALUES (?, ?, ?, ?, ?)");
  for (const RecordDay& one : days) {
    insert.bind(0, static_cast<std::int64_t>(one.first))
        .bind(1, static_cast<std::int64_t>(one.last))
        .bind(2, std::int64_t{one.day.time_since_epoch().count()})
        .bind(3, std::int64_t{one.emptied});
    if (one.counts_from) insert.bind(4, one.counts_from->time_since_epoch().count());
    insert.run();
  }
}

void prepare_record_days(SqliteConnection& connection) {
  connection.execute(kTable);
  if (has_counts_from(connection)) return;
  connection.execute("ALTER TABLE record_days ADD COLUMN counts_from INTEGER");
}

}  // namespace consent::server
