#include "ledger/sqlite_writer.h"

#include <algorithm>
#include <filesystem>

#include "formats/timestamp.h"
#include "ledger/copy_writer.h"
#include "ledger/erasure_list.h"
#include "ledger/refusal_counter.h"
#include "ledger/request_writer.h"
#include "ledger/subject_writer.h"

namespace consent::server {
namespace {

constexpr const char* kNoticeInsert =
    "INSERT INTO notices (id, canonical_json) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET "
    "canonical_json = excluded.canonical_json WHERE canonical_json IS NULL";
constexpr const char* kServingUpsert =
    "INSERT INTO servings (day, site, regime, language, layer, count) VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (day, site, regime, language, layer) DO UPDATE SET count = count + "
    "excluded.count";
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

// By the requests' own times; nothing that brings none says that a day is over.
TimePoint latest_time(std::span<WriteTask* const> tasks) {
  TimePoint latest{};
  for (const WriteTask* task : tasks) {
    latest = std::max({latest, task->record.time, task->entry.time});
  }
  return latest;
}

bool is_corrupt(const std::exception& error) {
  const auto* sqlite = dynamic_cast<const SqliteError*>(&error);
  return sqlite != nullptr && sqlite->kind() == SqliteError::Kind::corrupt;
}

}  // namespace

struct SqliteWriter::Session {
  Session(const ZoneFiles& files, ChangeLog* log, IntegrityCheck check)
      : connection(open_file(files.path, check)),
        begin(connection->prepare("BEGIN IMMEDIATE")),
        commit(connection->prepare("COMMIT")),
        keks_in_use(connection->prepare(kKeksInUse)),
        serving(connection->prepare(kServingUpsert)),
        notice(connection->prepare(kNoticeInsert)),
        probe_write(connection->prepare(kProbeWrite)),
        probe_read(connection->prepare(kProbeRead)),
        subjects(*connection, files.zone, files.keys, log),
        requests(*connection, files.zone, files.keys, log),
        copies(*connection, files.zone, files.keys, log),
        refusals(*connection, files.zone, log) {}

  std::unique_ptr<SqliteConnection> connection;
  SqliteStatement begin;
  SqliteStatement commit;
  SqliteStatement keks_in_use;
  SqliteStatement serving;
  SqliteStatement notice;
  SqliteStatement probe_write;
  SqliteStatement probe_read;
  SubjectWriter subjects;
  RequestWriter requests;
  CopyWriter copies;
  RefusalCounter refusals;
};

SqliteWriter::SqliteWriter(const ZoneFiles& files, StateCache& cache, RecentRefusals& refusals,
                           ServingCounts& servings, ChangeLog* log, IntegrityCheck check,
                           Suspect suspect)
    : files_(files),
      cache_(cache),
      refusals_(refusals),
      servings_(servings),
      log_(log),
      suspect_(std::move(suspect)),
      session_(open(check)) {}

SqliteWriter::~SqliteWriter() = default;

std::unique_ptr<SqliteWriter::Session> SqliteWriter::open(IntegrityCheck check) const {
  auto session = std::make_unique<Session>(files_, log_, check);
  if (log_ != nullptr) log_->opened(*session->connection);
  session->begin.run();
  settle_keys(*session->connection, files_, log_);
  if (!std::filesystem::exists(files_.erasures))
    make_erasure_list(files_.erasures, *session->connection);
  session->commit.run();
  if (log_ != nullptr) log_->ended(true);
  return session;
}

SqliteWriter::Session& SqliteWriter::session() {
  if (!session_) session_ = open(IntegrityCheck::skip);
  return *session_;
}

void SqliteWriter::commit(std::span<WriteTask* const> tasks) {
  if (try_commit(tasks, tasks.size() > 1)) return;
  // One damaged page must not take those down that have nothing to do with it.
  for (WriteTask* task : tasks) try_commit(std::span(&task, 1), false);
}

// False when the tasks are to be tried one by one.
bool SqliteWriter::try_commit(std::span<WriteTask* const> tasks, bool may_divide) {
  const ServingCounts::Cells servings = servings_.take();
  if (tasks.empty() && servings.empty() && !log_holds_erased_) return true;
  try {
    session().begin.run();
    follow_rotation(session().keks_in_use, files_.keys);
    count_servings(servings);
    write(tasks);
    session().subjects.settle();
    session().refusals.settle(latest_time(tasks));
    session().commit.run();
  } catch (const std::exception& error) {
    session_.reset();
    if (log_ != nullptr) log_->ended(false);
    // A commit whose sync failed may still have reached the disk: what was cached is no longer
    // certain.
    cache_.forget_all();
    servings_.add_all(servings);
    suspect_(error);
    if (may_divide && is_corrupt(error)) return false;
    const StoreFailure failure{explain(files_.path, error)};
    for (WriteTask* task : tasks) task->failure = failure;
    return true;
  }
  if (log_ != nullptr) log_->ended(true);
  forget_changed(tasks);
  remember_refusals(tasks);
  empty_log(tasks);
  return true;
}

void SqliteWriter::forget_changed(std::span<WriteTask* const> tasks) {
  using Kind = WriteTask::Kind;
  for (const WriteTask* task : tasks) {
    const bool stored = task->kind == Kind::record && !task->repeated && !task->failure;
    if (stored && task->state) {
      cache_.replace(task->record.site, *task->record.subject, *task->state, files_.zone,
                     task->first);
    } else if (stored || task->kind == Kind::mark) {
      cache_.forget(task->record.site, *task->record.subject);
    } else if (task->kind == Kind::erase && task->erased_subject) {
      cache_.forget(task->erased_subject->first, task->erased_subject->second);
    } else if (task->kind == Kind::erase) {
      cache_.forget_all();
    }
  }
}

// What was overwritten in the file still stands in the write-ahead log, until that is cut: at once
// where somebody waits for it, of a sweep in a pause or when it asks, lest every write waits.
void SqliteWriter::empty_log(std::span<WriteTask* const> tasks) {
  bool is_due = tasks.empty();
  for (const WriteTask* task : tasks) {
    const bool erased = task->erasure.outcome == Erasure::Outcome::erased || task->destroyed > 0 ||
                        task->removed > 0;
    if (erased) log_holds_erased_ = true;
    if (erased && task->cause != ErasureCause::retention) is_due = true;
    if (task->kind == WriteTask::Kind::empty_log) is_due = true;
  }
  for (WriteTask* task : tasks) task->log_emptied = !log_holds_erased_;
  if (!log_holds_erased_ || !is_due) return;
  try {
    const bool emptied = session().connection->integer("PRAGMA wal_checkpoint(TRUNCATE)") == 0;
    log_holds_erased_ = !emptied;
    for (WriteTask* task : tasks) task->erasure.log_emptied = task->log_emptied = emptied;
  } catch (const std::exception&) {
    session_.reset();  // the next batch tries again
  }
}

void SqliteWriter::write(std::span<WriteTask* const> tasks) {
  for (WriteTask* task : tasks) {
    try {
      write_one(*task);
    } catch (const DamagedRecord& error) {
      task->failure = StoreFailure{explain(files_.path, error)};
    } catch (const std::invalid_argument& error) {
      task->failure = StoreFailure{explain(files_.path, error)};
    }
  }
}

void SqliteWriter::write_one(WriteTask& task) {
  switch (task.kind) {
    case WriteTask::Kind::record:
      return session().subjects.append(task);
    case WriteTask::Kind::refusal:
      return count(task);
    case WriteTask::Kind::mark:
      return session().subjects.mark(task);
    case WriteTask::Kind::legal_hold:
      return session().subjects.set_legal_hold(task);
    case WriteTask::Kind::erase:
      return erase(task);
    case WriteTask::Kind::erase_superseded:
      return session().subjects.erase_superseded(task);
    case WriteTask::Kind::destroy_entries:
      task.destroyed = EntryRemover(*session().connection).remove(task.entries);
      return;
    case WriteTask::Kind::empty_log:
      return;
    case WriteTask::Kind::notice:
      return keep_notice(task);
    case WriteTask::Kind::log:
      if (log_ != nullptr) log_->append(*session().connection, task.entry);
      return;
    case WriteTask::Kind::request:
      return session().requests.put(task);
    case WriteTask::Kind::request_removal:
      return session().requests.remove_closed(task);
    case WriteTask::Kind::record_days:
      return store_record_days(*session().connection, task.days);
    case WriteTask::Kind::copies:
      return copy(task);
    case WriteTask::Kind::probe:
      return probe();
  }
}

// A row that is not committed after all is erased by the client's next attempt.
void SqliteWriter::erase(WriteTask& task) {
  session().subjects.erase(task);
  // A list of erasures names copied subjects, too: under a hash that is no subject's of this zone.
  if (task.cause == ErasureCause::restored &&
      session().copies.forget(task.place.hash, task.record.time) > 0) {
    task.erasure.outcome = Erasure::Outcome::erased;
  }
  if (task.erasure.outcome != Erasure::Outcome::erased) return;
  session().requests.forget(task.place.hash, task.cause, task.record.time);
  add_to_erasure_list(files_.erasures, {task.place.hash, task.record.time});
}

void SqliteWriter::copy(WriteTask& task) {
  session().copies.run(*task.copies);
  task.removed = task.copies->destroyed;
  for (const LookupHash& subject : task.copies->forgotten) {
    add_to_erasure_list(files_.erasures, {subject, task.copies->time});
  }
}

void SqliteWriter::keep_notice(const WriteTask& task) {
  session().notice.bind(0, task.notice_id).bind(1, task.notice_json).run();
  if (log_ == nullptr || session().connection->changes() == 0) return;
  log_->append(*session().connection, task.entry);
}

void SqliteWriter::count_servings(const ServingCounts::Cells& cells) {
  for (const auto& [cell, count] : cells) {
    session()
        .serving.bind(0, to_iso_date(cell.day))
        .bind(1, cell.site)
        .bind(2, static_cast<std::int64_t>(cell.regime))
        .bind(3, cell.language)
        .bind(4, static_cast<std::int64_t>(cell.layer))
        .bind(5, static_cast<std::int64_t>(count))
        .run();
  }
}

// That it was counted before, the ledger knows, and that no other task has its event.
void SqliteWriter::count(WriteTask& task) {
  auto known = session().subjects.find_event(task.record.event);
  task.repeated = known.has_value();
  if (known) {
    task.record = std::move(*known);
  } else {
    session().refusals.count(task.record);
  }
}

void SqliteWriter::remember_refusals(std::span<WriteTask* const> tasks) {
  for (const WriteTask* task : tasks) {
    if (task->kind == WriteTask::Kind::refusal && !task->is_settled()) {
      refusals_.remember(task->record);
    }
  }
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
