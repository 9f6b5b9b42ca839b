#include "ledger/sqlite_writer.h"

#include <algorithm>

#include "ledger/record_row.h"
#include "ledger/sqlite_schema.h"
#include "timestamp.h"

namespace consent::server {
namespace {

constexpr const char* kRefusalUpsert =
    "INSERT INTO refusals (day, site, regime, action, count) VALUES (?, ?, ?, ?, 1)"
    " ON CONFLICT (day, site, regime, action) DO UPDATE SET count = count + 1";
constexpr const char* kNoticeInsert =
    "INSERT INTO notices (id, canonical_json) VALUES (?, ?) ON CONFLICT (id) DO NOTHING";
constexpr const char* kProbeWrite =
    "INSERT INTO probe (id, value) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET value = value + 1";
constexpr const char* kProbeRead = "SELECT value FROM probe WHERE id = 1";

std::string_view advice(SqliteError::Kind kind) {
  using Kind = SqliteError::Kind;
  switch (kind) {
    case Kind::not_a_database:
      return "; this is no database: move it away, or choose another --data-dir";
    case Kind::corrupt:
      return "; the file is damaged: stop, keep a copy, and restore it from a backup (or run "
             "sqlite3's .recover)";
    case Kind::full:
      return "; the disk is full: free some space, nothing else is needed";
    case Kind::read_only:
      return "; the file or its directory is read-only: make both writable for this user";
    case Kind::busy:
      return "; another program has it locked: close that program";
    case Kind::constraint:
    case Kind::other:
      return "";
  }
  return "";
}

std::unique_ptr<SqliteConnection> open_file(const std::string& path, IntegrityCheck check) {
  auto connection = std::make_unique<SqliteConnection>(path, SqliteConnection::Mode::read_write);
  prepare_ledger_file(*connection, check);
  return connection;
}

}  // namespace

struct SqliteWriter::Session {
  explicit Session(const std::string& path, IntegrityCheck check)
      : connection(open_file(path, check)),
        begin(connection->prepare("BEGIN IMMEDIATE")),
        commit(connection->prepare("COMMIT")),
        insert(connection->prepare(kRecordInsert)),
        by_event(connection->prepare(std::string(kRecordSelect) + "WHERE event = ?")),
        refusal(connection->prepare(kRefusalUpsert)),
        notice(connection->prepare(kNoticeInsert)),
        probe_write(connection->prepare(kProbeWrite)),
        probe_read(connection->prepare(kProbeRead)) {}

  std::unique_ptr<SqliteConnection> connection;
  SqliteStatement begin;
  SqliteStatement commit;
  SqliteStatement insert;
  SqliteStatement by_event;
  SqliteStatement refusal;
  SqliteStatement notice;
  SqliteStatement probe_write;
  SqliteStatement probe_read;
};

SqliteWriter::SqliteWriter(std::string path, StateCache& cache, RecentRefusals& refusals)
    : path_(std::move(path)),
      cache_(cache),
      refusals_(refusals),
      session_(std::make_unique<Session>(path_, IntegrityCheck::quick)) {}

SqliteWriter::~SqliteWriter() = default;

void SqliteWriter::commit(std::span<WriteTask* const> tasks) {
  counted_.clear();
  try {
    write(tasks);
  } catch (const std::exception& error) {
    session_.reset();
    // A commit whose sync failed may still have reached the disk: what was cached is no longer
    // certain.
    cache_.forget_all();
    const StoreFailure failure{explain(path_, error)};
    for (WriteTask* task : tasks) task->failure = failure;
    return;
  }
  for (const WriteTask* task : tasks) {
    if (task->kind == WriteTask::Kind::record && !task->repeated) {
      cache_.forget(task->record.site, *task->record.subject);
    }
  }
  for (const Record* record : counted_) refusals_.remember(*record);
}

SqliteWriter::Session& SqliteWriter::session() {
  if (!session_) session_ = std::make_unique<Session>(path_, IntegrityCheck::skip);
  return *session_;
}

void SqliteWriter::write(std::span<WriteTask* const> tasks) {
  session().begin.run();
  for (WriteTask* task : tasks) {
    switch (task->kind) {
      case WriteTask::Kind::record:
        append(*task);
        break;
      case WriteTask::Kind::refusal:
        count(*task);
        break;
      case WriteTask::Kind::notice:
        session().notice.bind(0, task->notice_id).bind(1, task->notice_json).run();
        break;
      case WriteTask::Kind::probe:
        probe();
        break;
    }
  }
  session().commit.run();
}

void SqliteWriter::append(WriteTask& task) {
  bind_record(session().insert, task.record);
  session().insert.run();
  if (session().connection->changes() == 1) {
    task.record.sequence = static_cast<std::uint64_t>(session().connection->last_row());
    return;
  }
  const SqliteReading reading(session().by_event.bind_blob(0, task.record.event));
  if (!session().by_event.step()) throw std::runtime_error("a repeated event cannot be found");
  task.record = read_record(session().by_event);
  task.repeated = true;
}

void SqliteWriter::count(WriteTask& task) {
  const auto same_event = [&](const Record* record) { return record->event == task.record.event; };
  const auto earlier = std::find_if(counted_.begin(), counted_.end(), same_event);
  const auto known = earlier == counted_.end() ? refusals_.find(task.record.event) : **earlier;
  if (known) {
    task.record = *known;
    task.repeated = true;
    return;
  }
  const auto day = std::chrono::floor<std::chrono::days>(task.record.time);
  session()
      .refusal.bind(0, to_iso_date(day))
      .bind(1, task.record.site)
      .bind(2, static_cast<std::int64_t>(task.record.regime))
      .bind(3, static_cast<std::int64_t>(task.record.action))
      .run();
  counted_.push_back(&task.record);
}

void SqliteWriter::probe() {
  session().probe_write.run();
  const SqliteReading reading(session().probe_read);
  if (!session().probe_read.step()) throw std::runtime_error("the probe row cannot be read back");
}

std::string explain(const std::string& path, const std::exception& error) {
  std::string text = path + ": " + error.what();
  if (const auto* sqlite = dynamic_cast<const SqliteError*>(&error)) text += advice(sqlite->kind());
  return text;
}

}  // namespace consent::server
