#pragma once
// A zone's file: how it is recognised, made and brought up to date.

#include <string>

#include "ledger/sqlite_connection.h"

namespace consent::server {

enum class IntegrityCheck : std::uint8_t {
  skip,
  quick  // SQLite's own quick_check: reads the whole file
};

// Sets the durability this ledger promises (WAL, synchronous=FULL) and brings an empty or older
// file to the newest schema. Throws SqliteError or std::runtime_error when the file is another
// program's, newer than this program, or damaged.
void prepare_ledger_file(SqliteConnection& connection, IntegrityCheck check);

}  // namespace consent::server
