#include "ledger/file_check.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>
#include <vector>

#include "ledger/sqlite_writer.h"

namespace consent::server {
namespace {

// A damaged file is read again at a tenth of the time it takes, to tell when it is whole.
constexpr std::chrono::milliseconds kPauseMin{1000};
constexpr int kPauses = 10;
constexpr std::size_t kFoundBytesMax = 200;

// What SQLite has found: pages and cells, nothing of what is in them.
std::string in_one_line(std::string found) {
  if (found.size() > kFoundBytesMax) found.resize(kFoundBytesMax);
  std::replace(found.begin(), found.end(), '\n', ' ');
  return found;
}

std::vector<std::string> tables_of(SqliteConnection& connection) {
  std::vector<std::string> names;
  SqliteStatement rows = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'");
  while (rows.step()) names.push_back(rows.text(0));
  return names;
}

}  // namespace

FileCheck::FileCheck(std::string path, ReportFailure report, Begin begin)
    : path_(std::move(path)),
      report_(std::move(report)),
      is_due_(begin == Begin::at_once),
      running_(is_due_),
      thread_([this] { run(); }) {}

FileCheck::~FileCheck() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    if (connection_ != nullptr) connection_->interrupt();
  }
  changed_.notify_one();
  thread_.join();
}

std::optional<StoreFailure> FileCheck::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

void FileCheck::suspect(std::string detail) {
  {
    const std::lock_guard lock(mutex_);
    if (failure_) return;
    failure_ = StoreFailure{std::move(detail)};
    is_due_ = true;
  }
  changed_.notify_one();
}

void FileCheck::run() {
  std::chrono::steady_clock::duration pause = kPauseMin;
  std::unique_lock lock(mutex_);
  while (true) {
    const auto until = std::chrono::steady_clock::now() + pause;
    while (!ending_ && !is_due_) {
      if (!failure_) {
        changed_.wait(lock);
      } else if (changed_.wait_until(lock, until) == std::cv_status::timeout) {
        is_due_ = true;
      }
    }
    if (ending_) return;
    is_due_ = false;
    lock.unlock();
    const auto begin = std::chrono::steady_clock::now();
    check();
    running_ = false;
    pause = std::max<std::chrono::steady_clock::duration>(
        kPauseMin, kPauses * (std::chrono::steady_clock::now() - begin));
    lock.lock();
  }
}

void FileCheck::check() {
  std::string wrong;
  try {
    wrong = verdict();
  } catch (const std::exception& error) {
    wrong = explain(path_, error);
  }
  {
    const std::lock_guard lock(mutex_);
    connection_ = nullptr;
    if (ending_ || (failure_ && failure_->detail == wrong)) return;  // told already
    failure_ = wrong.empty() ? std::nullopt : std::optional(StoreFailure{wrong});
  }
  if (!wrong.empty() && report_) report_(wrong);
}

// A table at a time, so that the write-ahead log can be cut in between.
std::string FileCheck::verdict() {
  SqliteConnection connection(path_, SqliteConnection::Mode::read_only);
  const auto open = [&](SqliteConnection* now) {
    const std::lock_guard lock(mutex_);
    connection_ = now;
    return !ending_;
  };
  std::string wrong;
  for (const std::string& table : tables_of(connection)) {
    if (!wrong.empty() || !open(&connection)) break;
    try {
      const std::string found = connection.text("PRAGMA quick_check('" + table + "')");
      if (found != "ok") {
        wrong = explain(
            path_, SqliteError(SqliteError::Kind::corrupt, "the integrity check of " + table +
                                                               " failed: " + in_one_line(found)));
      }
    } catch (...) {
      open(nullptr);
      throw;
    }
  }
  open(nullptr);
  return wrong;
}

}  // namespace consent::server
