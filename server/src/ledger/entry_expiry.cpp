#include "ledger/entry_expiry.h"

#include "formats/uuid.h"
#include "ledger/sqlite_log.h"

namespace consent::server {
namespace {

bool is_kept(StoredRows& rows, const RecordRow& record) {
  const auto subject = rows.subject(record.subject);
  return subject && !subject->erased() &&
         (subject->legal_hold || subject->hold == Hold::restricted);
}

}  // namespace

ExpiredEntries find_expired_entries(StoredRows& rows, std::uint64_t after, const IsOver& is_over,
                                    std::size_t limit) {
  const auto records = rows.records_behind(static_cast<std::int64_t>(after), limit);
  ExpiredEntries found{.entries = {}, .after = after};
  SqliteLogReader log(rows.connection());
  std::size_t young = 0;
  for (const RecordRow& record : records) {
    found.after = static_cast<std::uint64_t>(record.sequence);
    if (!is_over(time_of(record.id))) {
      ++young;
    } else if (record.payload.empty() && !is_kept(rows, record)) {
      if (const auto leaf = log.leaf_of(record.id)) {
        found.entries.push_back({.sequence = found.after, .leaf = *leaf});
      }
    }
  }
  found.ended = records.size() < limit || young == records.size();
  return found;
}

EntryRemover::EntryRemover(SqliteConnection& connection)
    : connection_(connection),
      row_(connection.prepare("DELETE FROM records WHERE sequence = ? AND payload IS NULL")),
      entry_(connection.prepare("UPDATE log_entries SET entry = zeroblob(90) WHERE leaf = ?")),
      up_to_(connection.prepare("UPDATE removed_records SET up_to = max(up_to, ?)")) {}

std::size_t EntryRemover::remove(std::span<const ExpiredEntry> entries) {
  std::size_t removed = 0;
  for (const ExpiredEntry& one : entries) {
    row_.bind(0, static_cast<std::int64_t>(one.sequence)).run();
    if (connection_.changes() == 0) continue;
    entry_.bind(0, static_cast<std::int64_t>(one.leaf)).run();
    up_to_.bind(0, static_cast<std::int64_t>(one.sequence)).run();
    ++removed;
  }
  return removed;
}

}  // namespace consent::server
