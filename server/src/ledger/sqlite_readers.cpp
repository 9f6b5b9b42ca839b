#include "ledger/sqlite_readers.h"

#include <algorithm>

namespace consent::server {

struct SqliteReaders::Session {
  explicit Session(const ZoneFiles& files)
      : connection(files.path, SqliteConnection::Mode::read_only),
        rows(connection, files.zone, files.keys),
        begin(connection.prepare("BEGIN")),
        end(connection.prepare("COMMIT")),
        notice(connection.prepare("SELECT canonical_json FROM notices WHERE id = ?")) {}

  SqliteConnection connection;
  StoredRows rows;
  SqliteStatement begin;
  SqliteStatement end;
  SqliteStatement notice;
};

SqliteReaders::SqliteReaders(const ZoneFiles& files, Suspect suspect)
    : files_(files), suspect_(std::move(suspect)) {
  idle_.push_back(std::make_unique<Session>(files_));
}

SqliteReaders::~SqliteReaders() = default;

std::unique_ptr<SqliteReaders::Session> SqliteReaders::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      auto session = std::move(idle_.back());
      idle_.pop_back();
      return session;
    }
  }
  return std::make_unique<Session>(files_);
}

void SqliteReaders::give_back(std::unique_ptr<Session> session) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(session));
}

template <typename Read>
auto SqliteReaders::reading(Read read) {
  try {
    auto session = take();
    auto answer = read(*session);
    give_back(std::move(session));
    return answer;
  } catch (const std::exception& error) {
    suspect_(error);
    throw;
  }
}

std::optional<RecordState> SqliteReaders::state_of(const LookupHash& subject) {
  return reading([&](Session& session) -> std::optional<RecordState> {
    const auto row = session.rows.subject(subject);
    if (!row) return std::nullopt;
    return session.rows.state_of(*row);
  });
}

std::optional<Record> SqliteReaders::newest_decision(const LookupHash& subject) {
  const std::vector<StoredRecord> records = history(subject);
  const auto found = std::find_if(records.rbegin(), records.rend(), [](const StoredRecord& one) {
    return !one.erased && one.record.kind == RecordKind::decision;
  });
  if (found == records.rend()) return std::nullopt;
  return found->record;
}

std::vector<StoredRecord> SqliteReaders::history(const LookupHash& subject) {
  std::vector<StoredRecord> records;
  with_rows([&](SqliteConnection&, StoredRows& rows) {
    const auto row = rows.subject(subject);
    if (!row) return;
    std::optional<SecretKey> key;
    if (!row->erased()) key.emplace(rows.data_key(*row));
    for (const RecordRow& record : rows.chain(*row)) {
      records.push_back(key ? rows.open(*key, record) : rows.remains(record));
    }
  });
  std::reverse(records.begin(), records.end());
  return records;
}

std::optional<Record> SqliteReaders::find_event(const EventId& event) {
  std::optional<Record> record;
  with_rows([&](SqliteConnection&, StoredRows& rows) {
    const auto row = rows.record_of_event(event);
    if (row && !row->payload.empty()) record = rows.open(*row).record;
  });
  return record;
}

std::optional<std::string> SqliteReaders::find_notice(const std::string& id) {
  return reading([&](Session& session) -> std::optional<std::string> {
    const SqliteReading rows(session.notice.bind(0, id));
    if (!session.notice.step() || session.notice.is_null(0)) return std::nullopt;
    return session.notice.text(0);
  });
}

void SqliteReaders::with_rows(const std::function<void(SqliteConnection&, StoredRows&)>& read) {
  reading([&](Session& session) {
    session.begin.run();
    read(session.connection, session.rows);
    session.end.run();
    return true;
  });
}

}  // namespace consent::server
