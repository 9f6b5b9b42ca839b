#pragma once
// A record as a row of the table `records`, there and back.

#include <optional>

#include "ledger/record.h"
#include "ledger/sqlite_connection.h"

namespace consent::server {

inline constexpr const char* kRecordInsert =
    "INSERT INTO records (id, event, subject, site, time_ms, client_time_ms, choices, action, "
    "layer, regime, region,"
    " policy, notice, language, gpc, expires_at_ms, model) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
    "?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (event) DO NOTHING";

// Columns in the order read_record expects them; a WHERE clause follows.
inline constexpr const char* kRecordSelect =
    "SELECT id, event, subject, site, time_ms, client_time_ms, choices, action, layer, regime, "
    "region, policy,"
    " notice, language, gpc, expires_at_ms, ifnull(model, -1), sequence FROM records ";

// `record.subject` must be there.
void bind_record(SqliteStatement& insert, const Record& record);

// Throws SqliteError (corrupt) when the row holds what no record can.
Record read_record(const SqliteStatement& row);

}  // namespace consent::server
