#pragma once
// What the log holds of somebody for longer than its period: a record's entry and row. Destroying
// one leaves the leaf's hash, so that the tree, what was signed of it, and every proof of other
// entries hold.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "ledger/erasure.h"
#include "ledger/stored_rows.h"

namespace consent::server {

struct ExpiredEntry {
  std::uint64_t sequence = 0;  // of the record's row
  std::uint64_t leaf = 0;
};

struct ExpiredEntries {
  std::vector<ExpiredEntry> entries;
  std::uint64_t after = 0;  // the sequence to go on behind
  bool ended = true;
};

struct EntriesDestroyed {
  std::size_t entries = 0;
  std::optional<StoreFailure> failure = {};
};

using IsOver = std::function<bool(TimePoint)>;

// Of the records behind that sequence, `limit` at a time: those whose payload is gone and whose
// time is over, unless a hold or restriction keeps their subject's. Ends where all of them are
// young. Throws SqliteError.
ExpiredEntries find_expired_entries(StoredRows& rows, std::uint64_t after, const IsOver& is_over,
                                    std::size_t limit);

// One a connection that writes, inside its transactions.
class EntryRemover {
 public:
  explicit EntryRemover(SqliteConnection& connection);
  // How many there were; one whose payload is there is left. Throws SqliteError.
  std::size_t remove(std::span<const ExpiredEntry> entries);

 private:
  SqliteConnection& connection_;
  SqliteStatement row_;
  SqliteStatement entry_;
  SqliteStatement up_to_;
};

}  // namespace consent::server
