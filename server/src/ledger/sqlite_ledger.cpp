#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <set>
#include <stdexcept>

#include "file_descriptor.h"
#include "ledger/ledger.h"
#include "ledger/recent_refusals.h"
#include "ledger/sqlite_readers.h"
#include "ledger/sqlite_writer.h"
#include "ledger/state_cache.h"
#include "ledger/write_queue.h"

namespace consent::server {
namespace {

constexpr std::size_t kCachedStatesMax = 1 << 21;  // at most 132 MB, when all are in use

[[noreturn]] void fail(const std::string& path, const std::string& what) {
  throw std::runtime_error(path + ": " + what + ": " + std::strerror(errno) +
                           "; the data directory must be writable for this user");
}

void make_data_directory(const std::string& data_dir) {
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(data_dir).parent_path(), error);
  if (mkdir(data_dir.c_str(), S_IRWXU) != 0 && errno != EEXIST)
    fail(data_dir, "cannot create the directory");
}

// Two services on one ledger would not see each other's withdrawals in memory.
FileDescriptor lock_directory(const std::string& data_dir) {
  const std::string path = data_dir + "/ledger.lock";
  FileDescriptor lock(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!lock) fail(path, "cannot create the lock file");
  if (flock(lock.number(), LOCK_EX | LOCK_NB) != 0) {
    throw std::runtime_error(
        data_dir + " is in use by another consentd; stop it, or choose another --data-dir");
  }
  return lock;
}

// SQLite gives its log the mode of the database.
void make_private_file(const std::string& path) {
  const FileDescriptor file(
      open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
  if (!file) fail(path, "cannot open the ledger");
  if (!sync_directory_of(path)) fail(path, "cannot sync its directory");
}

class SqliteLedger final : public Ledger {
 public:
  SqliteLedger(FileDescriptor lock, const std::string& path, ReportFailure report)
      : lock_(std::move(lock)),
        report_(std::move(report)),
        cache_(kCachedStatesMax),
        writer_(path, cache_, refusals_),
        readers_(path),
        path_(path),
        queue_([this](std::span<WriteTask* const> tasks) { writer_.commit(tasks); }) {}

  Appended append(Record record) override {
    return run(WriteTask::Kind::record, std::move(record));
  }
  Appended count_refusal(Record record) override {
    return run(WriteTask::Kind::refusal, std::move(record));
  }

  std::optional<Record> find_event(const EventId& event) override {
    if (auto record = refusals_.find(event)) return record;
    try {
      return readers_.find_event(event);
    } catch (const std::exception& error) {
      unreadable(error);
      return std::nullopt;  // append() will recognise it
    }
  }

  StateRead state_of(const std::string& site, const SubjectId& subject) override {
    try {
      const StateCache::Lookup lookup = cache_.find(site, subject);
      if (lookup.state) return {.state = *lookup.state, .failure = std::nullopt};
      const RecordState state = readers_.fold_subject(site, subject);
      if (state.recorded()) cache_.put(site, subject, state, lookup.generation);
      return {.state = state, .failure = std::nullopt};
    } catch (const std::exception& error) {
      return {.state = {}, .failure = unreadable(error)};
    }
  }

  std::optional<Record> latest(const std::string& site, const SubjectId& subject) override {
    try {
      return readers_.newest_of(site, subject);
    } catch (const std::exception& error) {
      unreadable(error);
      return std::nullopt;
    }
  }

  std::optional<StoreFailure> keep_notice(const std::string& id,
                                          const std::string& canonical_json) override {
    {
      const std::lock_guard lock(notices_mutex_);
      if (kept_notices_.contains(id)) return std::nullopt;
    }
    WriteTask task;
    task.kind = WriteTask::Kind::notice;
    task.notice_id = id;
    task.notice_json = canonical_json;
    write(task);
    if (!task.failure) {
      const std::lock_guard lock(notices_mutex_);
      kept_notices_.insert(id);
    }
    return task.failure;
  }

  std::optional<std::string> find_notice(const std::string& id) override {
    try {
      return readers_.find_notice(id);
    } catch (const std::exception& error) {
      unreadable(error);
      return std::nullopt;
    }
  }

  std::optional<StoreFailure> probe() override {
    WriteTask task;
    task.kind = WriteTask::Kind::probe;
    write(task);
    return task.failure;
  }

 private:
  void report(const StoreFailure& failure) const {
    if (report_) report_(failure.detail);
  }

  StoreFailure unreadable(const std::exception& error) const {
    StoreFailure failure{explain(path_, error)};
    report(failure);
    return failure;
  }

  void write(WriteTask& task) {
    queue_.run(task);
    if (task.failure) report(*task.failure);
  }

  Appended run(WriteTask::Kind kind, Record record) {
    WriteTask task;
    task.kind = kind;
    task.record = std::move(record);
    write(task);
    return {.record = std::move(task.record),
            .repeated = task.repeated,
            .failure = std::move(task.failure)};
  }

  FileDescriptor lock_;
  const ReportFailure report_;
  StateCache cache_;
  RecentRefusals refusals_;
  SqliteWriter writer_;
  SqliteReaders readers_;
  const std::string path_;
  std::mutex notices_mutex_;
  std::set<std::string> kept_notices_;
  WriteQueue queue_;  // last: its thread uses the others
};

}  // namespace

std::unique_ptr<Ledger> open_sqlite_ledger(const std::string& data_dir, ReportFailure report) {
  make_data_directory(data_dir);
  FileDescriptor lock = lock_directory(data_dir);
  const std::string path = data_dir + "/ledger.sqlite";
  make_private_file(path);
  try {
    return std::make_unique<SqliteLedger>(std::move(lock), path, std::move(report));
  } catch (const std::exception& error) {
    throw std::runtime_error(explain(path, error));
  }
}

}  // namespace consent::server
