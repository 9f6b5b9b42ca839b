#include "ledger/sqlite_schema.h"

#include <array>
#include <string>

namespace consent::server {
namespace {

constexpr std::int64_t kApplicationId = 0x44504331;  // "DPC1"

// Migration N brings a file from user_version N to N + 1. Never edited once shipped.
constexpr std::array<const char*, 2> kMigrations = {R"sql(
CREATE TABLE records (
  sequence       INTEGER PRIMARY KEY AUTOINCREMENT,
  id             BLOB    NOT NULL CHECK (length(id) = 16),
  event          BLOB    NOT NULL UNIQUE CHECK (length(event) = 16),
  subject        BLOB    NOT NULL CHECK (length(subject) = 16),
  site           TEXT    NOT NULL,
  time_ms        INTEGER NOT NULL,
  client_time_ms INTEGER NOT NULL,
  choices        INTEGER NOT NULL,
  action         INTEGER NOT NULL,
  layer          INTEGER NOT NULL,
  regime         INTEGER NOT NULL,
  region         TEXT    NOT NULL,
  policy         INTEGER NOT NULL,
  notice         TEXT    NOT NULL,
  language       TEXT    NOT NULL,
  gpc            INTEGER NOT NULL,
  expires_at_ms  INTEGER NOT NULL
) STRICT;
CREATE INDEX records_by_subject ON records (site, subject, sequence);
CREATE TRIGGER records_are_never_changed BEFORE UPDATE ON records
  BEGIN SELECT RAISE(ABORT, 'records are append-only'); END;
CREATE TRIGGER records_are_never_removed BEFORE DELETE ON records
  BEGIN SELECT RAISE(ABORT, 'records are append-only'); END;

-- Decisions that granted nothing: no row for any one of them.
CREATE TABLE refusals (
  day    TEXT    NOT NULL,
  site   TEXT    NOT NULL,
  regime INTEGER NOT NULL,
  action INTEGER NOT NULL,
  count  INTEGER NOT NULL,
  PRIMARY KEY (day, site, regime, action)
) STRICT, WITHOUT ROWID;

CREATE TABLE notices (
  id             TEXT PRIMARY KEY,
  canonical_json TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE probe (
  id    INTEGER PRIMARY KEY CHECK (id = 1),
  value INTEGER NOT NULL
) STRICT;
)sql",
                                                    R"sql(
-- Records made before a site could have rules of its own: null, the model is the regime's.
ALTER TABLE records ADD COLUMN model INTEGER;
)sql"};

void check_owner(SqliteConnection& connection, std::int64_t version) {
  if (connection.integer("PRAGMA application_id") == kApplicationId) {
    if (version > static_cast<std::int64_t>(kMigrations.size())) {
      throw std::runtime_error("was written by a newer version of this program; use that one");
    }
    return;
  }
  if (version != 0 || connection.integer("SELECT count(*) FROM sqlite_schema") != 0) {
    throw std::runtime_error("is another program's SQLite database; choose another --data-dir");
  }
}

void migrate(SqliteConnection& connection, std::int64_t version) {
  if (version == static_cast<std::int64_t>(kMigrations.size())) return;
  connection.execute("BEGIN IMMEDIATE");
  for (auto step = static_cast<std::size_t>(version); step < kMigrations.size(); ++step) {
    connection.execute(kMigrations[step]);
  }
  connection.execute("PRAGMA application_id = " + std::to_string(kApplicationId));
  connection.execute("PRAGMA user_version = " + std::to_string(kMigrations.size()));
  connection.execute("COMMIT");
}

}  // namespace

void prepare_ledger_file(SqliteConnection& connection, IntegrityCheck check) {
  const std::int64_t version = connection.integer("PRAGMA user_version");
  check_owner(connection, version);
  if (check == IntegrityCheck::quick) {
    const std::string verdict = connection.text("PRAGMA quick_check(1)");
    if (verdict != "ok")
      throw SqliteError(SqliteError::Kind::corrupt, "the integrity check failed");
  }
  if (connection.text("PRAGMA journal_mode = WAL") != "wal") {
    throw std::runtime_error(
        "cannot use a write-ahead log here; choose a --data-dir on a local file system");
  }
  connection.execute("PRAGMA synchronous = FULL");
  connection.execute("PRAGMA secure_delete = ON");
  migrate(connection, version);
}

}  // namespace consent::server
