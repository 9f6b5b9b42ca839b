#pragma once
// zones/ZONE/erasures.txt: which subjects were erased, one line each, "<lookup hash, 32 hexadecimal
// digits> <time>". A file beside the ledger's, so that it outlives a damaged one: a backup from
// before an erasure still has the subject, and whoever restores it erases it again.

#include <string>
#include <vector>

#include "ledger/envelope.h"

namespace consent::server {

class SqliteConnection;

struct ListedErasure {
  LookupHash subject{};
  TimePoint time{};
  friend auto operator<=>(const ListedErasure&, const ListedErasure&) = default;
};

std::string erasure_list_path(const std::string& zone_directory);

// A line that a crash cut off does not count: its erasure was not answered. Throws
// std::runtime_error when there is no such file, or another line is no erasure.
std::vector<ListedErasure> read_erasure_list(const std::string& path);

// Durable on return. Called before the erasure is committed: a line too many is of a subject who
// asked for it. Throws std::runtime_error.
void add_to_erasure_list(const std::string& path, const ListedErasure& erasure);

// Makes the list of a ledger that has none, from its rows. Throws std::runtime_error.
void make_erasure_list(const std::string& path, SqliteConnection& connection);

}  // namespace consent::server
