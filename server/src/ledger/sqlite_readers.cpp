#include "ledger/sqlite_readers.h"

#include "ledger/record_row.h"

namespace consent::server {

struct SqliteReaders::Session {
  explicit Session(const std::string& path)
      : connection(path, SqliteConnection::Mode::read_only),
        by_subject(connection.prepare(std::string(kRecordSelect) +
                                      "WHERE site = ? AND subject = ? ORDER BY sequence")),
        newest(connection.prepare(std::string(kRecordSelect) +
                                  "WHERE site = ? AND subject = ? ORDER BY sequence DESC LIMIT 1")),
        by_event(connection.prepare(std::string(kRecordSelect) + "WHERE event = ?")),
        notice(connection.prepare("SELECT canonical_json FROM notices WHERE id = ?")) {}

  SqliteConnection connection;
  SqliteStatement by_subject;
  SqliteStatement newest;
  SqliteStatement by_event;
  SqliteStatement notice;
};

SqliteReaders::SqliteReaders(std::string path) : path_(std::move(path)) {
  idle_.push_back(std::make_unique<Session>(path_));
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
  return std::make_unique<Session>(path_);
}

void SqliteReaders::give_back(std::unique_ptr<Session> session) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(session));
}

RecordState SqliteReaders::fold_subject(const std::string& site, const SubjectId& subject) {
  auto session = take();
  RecordState state;
  {
    const SqliteReading reading(session->by_subject.bind(0, site).bind_blob(1, subject));
    while (session->by_subject.step())
      state = fold(state, facts_of(read_record(session->by_subject)));
  }
  give_back(std::move(session));
  return state;
}

std::optional<Record> SqliteReaders::newest_of(const std::string& site, const SubjectId& subject) {
  auto session = take();
  std::optional<Record> record;
  {
    const SqliteReading reading(session->newest.bind(0, site).bind_blob(1, subject));
    if (session->newest.step()) record = read_record(session->newest);
  }
  give_back(std::move(session));
  return record;
}

std::optional<Record> SqliteReaders::find_event(const EventId& event) {
  auto session = take();
  std::optional<Record> record;
  {
    const SqliteReading reading(session->by_event.bind_blob(0, event));
    if (session->by_event.step()) record = read_record(session->by_event);
  }
  give_back(std::move(session));
  return record;
}

std::optional<std::string> SqliteReaders::find_notice(const std::string& id) {
  auto session = take();
  std::optional<std::string> canonical_json;
  {
    const SqliteReading reading(session->notice.bind(0, id));
    if (session->notice.step()) canonical_json = session->notice.text(0);
  }
  give_back(std::move(session));
  return canonical_json;
}

}  // namespace consent::server
