#include "ledger/file_check.h"

#include <exception>
#include <utility>
#include <vector>

#include "ledger/sqlite_writer.h"

namespace consent::server {
namespace {

std::vector<std::string> tables_of(SqliteConnection& connection) {
  std::vector<std::string> names;
  SqliteStatement rows = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'");
  while (rows.step()) names.push_back(rows.text(0));
  return names;
}

}  // namespace

FileCheck::FileCheck(std::string path, ReportFailure report)
    : path_(std::move(path)), report_(std::move(report)), thread_([this] { run(); }) {}

FileCheck::~FileCheck() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    if (connection_ != nullptr) connection_->interrupt();
  }
  thread_.join();
}

std::optional<StoreFailure> FileCheck::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

void FileCheck::run() {
  std::string wrong;
  try {
    wrong = verdict();
  } catch (const std::exception& error) {
    wrong = explain(path_, error);
  }
  {
    const std::lock_guard lock(mutex_);
    connection_ = nullptr;
    if (!ending_ && !wrong.empty()) failure_ = StoreFailure{wrong};
  }
  if (failure_ && report_) report_(failure_->detail);
  running_ = false;
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
        wrong = explain(path_, SqliteError(SqliteError::Kind::corrupt,
                                           "the integrity check of " + table + " failed"));
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
