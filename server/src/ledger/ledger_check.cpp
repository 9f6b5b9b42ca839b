#include "ledger/ledger_check.h"

#include <algorithm>
#include <stdexcept>

#include "audit/ledger_audit.h"
#include "formats/uuid.h"
#include "ledger/backup.h"
#include "ledger/copy_rows.h"
#include "ledger/record_payload.h"
#include "ledger/request_rows.h"
#include "ledger/sqlite_writer.h"
#include "ledger/stored_rows.h"

namespace consent::server {
namespace {

constexpr std::size_t kSubjectsAtOnce = 1024;

struct Finding : std::runtime_error {
  using std::runtime_error::runtime_error;
};

void check_structure(SqliteConnection& connection, const std::string& path) {
  const std::string verdict = connection.text("PRAGMA integrity_check(1)");
  if (verdict != "ok") throw Finding(path + ": its structure is damaged: " + verdict);
}

// Opens every record of a subject; what the state says must follow from them.
std::uint64_t check_subject(StoredRows& rows, const SubjectRow& subject) {
  const SecretKey key = rows.data_key(subject);
  std::vector<StoredRecord> records;
  bool is_whole = true;
  for (const RecordRow& row : rows.chain(subject)) {
    records.push_back(rows.open(key, row));
    is_whole = row.previous == 0;
  }
  std::reverse(records.begin(), records.end());
  if (!follows(rows.state_of(subject), records, is_whole)) {
    throw Finding("the state of the subject whose last record is " +
                  to_text(records.back().record.id) + " does not follow from its records");
  }
  return records.size();
}

std::uint64_t living_subjects(SqliteConnection& connection) {
  return static_cast<std::uint64_t>(
      connection.integer("SELECT count(*) FROM subjects WHERE wrapped_key IS NOT NULL"));
}

void check_subjects(StoredRows& rows, std::uint64_t all, LedgerCheck& done,
                    const Progress& progress) {
  LookupHash last{};
  for (bool first = true;; first = false) {
    const auto batch = rows.living_subjects_behind(last, first, kSubjectsAtOnce);
    for (const SubjectRow& subject : batch) {
      done.records += check_subject(rows, subject);
      ++done.subjects;
    }
    progress(std::min(done.subjects, all), all);
    if (batch.size() < kSubjectsAtOnce) return;
    last = batch.back().hash;
  }
}

void check_requests(SqliteConnection& connection, StoredRows& rows, Zone zone) {
  const char* const is_there = "SELECT count(*) FROM sqlite_schema WHERE name = 'requests'";
  if (connection.integer(is_there) == 0) return;  // a backup from before there were any
  RecordId last{};
  while (true) {
    const auto batch = request_rows_behind(connection, last, kSubjectsAtOnce);
    for (const RequestRow& row : batch) open_request(rows.envelope(), zone, row);
    if (batch.size() < kSubjectsAtOnce) return;
    last = batch.back().id;
  }
}

void check_copies(SqliteConnection& connection, Zone zone, const ZoneKeys& keys,
                  LedgerCheck& done) {
  if (!has_copies_table(connection)) return;  // a backup from before there were any
  CopyRows rows(connection, zone, keys);
  for (const Zone source : {Zone::eu, Zone::us}) {
    std::uint64_t last = 0;
    while (true) {
      const auto batch = rows.behind(source, last, kSubjectsAtOnce);
      for (const CopyRow& row : batch) rows.open(row);
      done.copies += batch.size();
      if (batch.size() < kSubjectsAtOnce) break;
      last = batch.back().sequence;
    }
  }
}

}  // namespace

LedgerCheck check_ledger(const std::string& directory, Zone zone, const ZoneKeys* keys,
                         const Progress& progress) {
  const std::string path = directory + "/ledger.sqlite";
  LedgerCheck done;
  const std::string changed = changed_file(directory);
  if (!changed.empty()) {
    done.failure = changed + " is not the file that was backed up: take another copy";
    return done;
  }
  try {
    SqliteConnection connection(path, SqliteConnection::Mode::read_only);
    check_structure(connection, path);
    // Two passes, and one progress over both.
    const std::uint64_t subjects = keys == nullptr ? 0 : living_subjects(connection);
    std::uint64_t steps = 0;
    const AuditReport audit =
        audit_ledger(directory, {}, [&](std::uint64_t audited, std::uint64_t all) {
          steps = all;
          progress(audited, all + subjects);
        });
    done.entries = audit.head.size;
    if (!audit.failure.empty()) throw Finding(audit.failure);
    if (keys == nullptr) return done;
    connection.execute("BEGIN");
    StoredRows rows(connection, zone, *keys);
    check_subjects(rows, subjects, done, [&](std::uint64_t checked, std::uint64_t all) {
      progress(steps + checked, steps + all);
    });
    check_requests(connection, rows, zone);
    check_copies(connection, zone, *keys, done);
    done.opened = true;
  } catch (const Finding& finding) {
    done.failure = finding.what();
  } catch (const DamagedRecord& damaged) {
    done.failure = damaged.what();
  } catch (const SqliteError& error) {
    done.failure = explain(path, error);
  }
  return done;
}

}  // namespace consent::server
