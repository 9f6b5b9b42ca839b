#include "ledger/sqlite_schema.h"

#include <array>
#include <string>

#include "ledger/record_days.h"

namespace consent::server {
namespace {

constexpr std::int64_t kApplicationId = 0x44504331;  // "DPC1"
// Migration N brings a file from user_version N to N + 1. Never edited once shipped.
constexpr std::array<const char*, 6> kMigrations = {R"sql(
-- Fingerprints: 0 is the lookup key, others are key-encryption keys. The highest wraps.
CREATE TABLE keys (
  id          INTEGER PRIMARY KEY,
  fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 16)
) STRICT;

CREATE TABLE notices (
  number         INTEGER PRIMARY KEY,
  id             TEXT NOT NULL UNIQUE,
  canonical_json TEXT  -- null: cited, but not brought
) STRICT;

-- One row a subject, found with one read. wrapped_key and state are null once it is erased.
CREATE TABLE subjects (
  hash        BLOB    PRIMARY KEY CHECK (length(hash) = 16),
  wrapped_key BLOB,
  kek         INTEGER NOT NULL,
  hold        INTEGER NOT NULL,  -- bound to the sealed state
  legal_hold  INTEGER NOT NULL,
  newest      INTEGER NOT NULL,  -- sequence of its last record
  state       BLOB
) STRICT, WITHOUT ROWID;

-- payload is null once it is erased.
CREATE TABLE records (
  sequence        INTEGER PRIMARY KEY AUTOINCREMENT,
  id              BLOB    NOT NULL CHECK (length(id) = 16),
  kind            INTEGER NOT NULL,
  subject         BLOB    NOT NULL CHECK (length(subject) = 16),
  event           BLOB    NOT NULL UNIQUE CHECK (length(event) = 16),
  previous        INTEGER NOT NULL,  -- sequence of the subject's record before; 0: none
  notice          INTEGER REFERENCES notices (number),
  payload         BLOB,
  commitment      BLOB    NOT NULL CHECK (length(commitment) = 32),
  ciphertext_hash BLOB    NOT NULL CHECK (length(ciphertext_hash) = 32)
) STRICT;
CREATE TRIGGER records_are_never_changed BEFORE UPDATE OF
  sequence, id, kind, subject, event, previous, notice, commitment, ciphertext_hash ON records
  BEGIN SELECT RAISE(ABORT, 'records are append-only'); END;
CREATE TRIGGER payloads_are_only_erased BEFORE UPDATE OF payload ON records
  WHEN NEW.payload IS NOT NULL
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

CREATE TABLE servings (
  day      TEXT    NOT NULL,
  site     TEXT    NOT NULL,
  regime   INTEGER NOT NULL,
  language TEXT    NOT NULL,
  layer    INTEGER NOT NULL,
  count    INTEGER NOT NULL,
  PRIMARY KEY (day, site, regime, language, layer)
) STRICT, WITHOUT ROWID;

CREATE TABLE probe (
  id    INTEGER PRIMARY KEY CHECK (id = 1),
  value INTEGER NOT NULL
) STRICT;
)sql",
                                                    R"sql(
-- Days whose counts of refusals the log has committed to.
CREATE TABLE refusal_days (
  day   TEXT NOT NULL PRIMARY KEY,
  entry BLOB NOT NULL CHECK (length(entry) = 16),  -- the id of the log's entry
  nonce BLOB NOT NULL CHECK (length(nonce) = 32)
) STRICT, WITHOUT ROWID;
)sql",
                                                    R"sql(
-- What is left of a record without payload is removed when its period in the log is over.
DROP TRIGGER records_are_never_removed;
CREATE TRIGGER records_are_never_removed BEFORE DELETE ON records
  WHEN OLD.payload IS NOT NULL
  BEGIN SELECT RAISE(ABORT, 'records are append-only'); END;
CREATE TABLE removed_records (
  up_to INTEGER NOT NULL  -- the highest sequence of one
) STRICT;
INSERT INTO removed_records VALUES (0);
)sql",
                                                    R"sql(
-- Until when (ms since 1970, by the events' own times) events may stand here under a hash that does
-- not begin with their time. None is taken that is more than a day off.
CREATE TABLE old_events (
  until INTEGER NOT NULL
) STRICT;
INSERT INTO old_events SELECT iif(EXISTS (SELECT 1 FROM records),
  (CAST(strftime('%s', 'now') AS INTEGER) + 172800) * 1000, 0);
)sql",
                                                    R"sql(
-- Requests of data subjects. The times are milliseconds since 1970; all the rest is in the payload,
-- sealed under a data key of its own.
CREATE TABLE requests (
  id          BLOB    PRIMARY KEY CHECK (length(id) = 16),
  subject     BLOB    CHECK (length(subject) = 16),  -- as in subjects; null: none is known
  state       INTEGER NOT NULL,
  revision    INTEGER NOT NULL,
  due         INTEGER NOT NULL,
  closed      INTEGER,  -- null: open
  wrapped_key BLOB    NOT NULL,
  kek         INTEGER NOT NULL,
  payload     BLOB    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX requests_by_due ON requests (due, id);
CREATE INDEX requests_by_subject ON requests (subject) WHERE subject IS NOT NULL;
)sql",
                                                    R"sql(
-- Copies of another zone's records. source is the number of that zone, sequence the record's there.
-- Subjects stand under a hash of this zone's lookup key that those of its own never have.
CREATE TABLE copied_subjects (
  hash        BLOB    PRIMARY KEY CHECK (length(hash) = 16),
  source      INTEGER NOT NULL,
  since       INTEGER NOT NULL,  -- milliseconds since 1970
  wrapped_key BLOB    NOT NULL,
  kek         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE copies (
  number          INTEGER PRIMARY KEY,
  source          INTEGER NOT NULL,
  sequence        INTEGER NOT NULL,
  id              BLOB    NOT NULL CHECK (length(id) = 16),
  subject         BLOB    NOT NULL REFERENCES copied_subjects (hash),
  payload         BLOB    NOT NULL,
  commitment      BLOB    NOT NULL CHECK (length(commitment) = 32),
  ciphertext_hash BLOB    NOT NULL CHECK (length(ciphertext_hash) = 32),
  UNIQUE (source, sequence)
) STRICT;
CREATE INDEX copies_by_subject ON copies (subject);
CREATE TRIGGER copies_are_never_changed BEFORE UPDATE ON copies
  BEGIN SELECT RAISE(ABORT, 'copies are never changed'); END;
-- Up to which sequence the records of a site are copied.
CREATE TABLE copying (
  source   INTEGER NOT NULL,
  site     TEXT    NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (source, site)
) STRICT, WITHOUT ROWID;
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

// How many decisions of subjects a day had; notice is the number of its row, 0: none. Of no number
// of the schema: an older program opens the file all the same, and counts nothing.
constexpr const char* kDecisions = R"sql(
CREATE TABLE IF NOT EXISTS decisions (
  day     TEXT    NOT NULL,
  site    TEXT    NOT NULL,
  regime  INTEGER NOT NULL,
  notice  INTEGER NOT NULL,
  layer   INTEGER NOT NULL,
  action  INTEGER NOT NULL,
  choices INTEGER NOT NULL,
  count   INTEGER NOT NULL,
  PRIMARY KEY (day, site, regime, notice, layer, action, choices)
) STRICT, WITHOUT ROWID;
)sql";

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
  // Ids are found by random hashes: each write touches pages of its own. Fewer, longer checkpoints
  // sync the file itself less often, and write each page once for many changes.
  connection.execute("PRAGMA wal_autocheckpoint = 8192");
  connection.execute("PRAGMA cache_size = -65536");
  connection.execute("PRAGMA secure_delete = ON");
  migrate(connection, version);
  connection.execute(kDecisions);
  prepare_record_days(connection);
}

}  // namespace consent::server
