#include "ledger/sqlite_connection.h"

#include <sqlite3.h>

#include <algorithm>

namespace consent::server {
namespace {

constexpr int kBusyTimeoutMs = 5000;

SqliteError::Kind kind_of(int code) {
  switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
      return SqliteError::Kind::constraint;
    case SQLITE_NOTADB:
      return SqliteError::Kind::not_a_database;
    case SQLITE_CORRUPT:
      return SqliteError::Kind::corrupt;
    case SQLITE_FULL:
      return SqliteError::Kind::full;
    case SQLITE_READONLY:
      return SqliteError::Kind::read_only;
    case SQLITE_BUSY:
      return SqliteError::Kind::busy;
    default:
      return SqliteError::Kind::other;
  }
}

[[noreturn]] void fail(sqlite3* database, int code) {
  const int extended = database == nullptr ? code : sqlite3_extended_errcode(database);
  const int known =
      extended == SQLITE_OK || extended == SQLITE_ROW || extended == SQLITE_DONE ? code : extended;
  std::string message = sqlite3_errstr(known);
  message += " (SQLite " + std::to_string(known) + ")";
  throw SqliteError(kind_of(known), message, known);
}

}  // namespace

void SqliteStatement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

SqliteStatement::SqliteStatement(sqlite3* database, std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(database, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  statement_.reset(statement);
  if (code != SQLITE_OK) fail(database, code);
}

SqliteStatement& SqliteStatement::bind(int index, std::int64_t value) {
  if (sqlite3_bind_int64(statement_.get(), index + 1, value) != SQLITE_OK) {
    fail(sqlite3_db_handle(statement_.get()), SQLITE_MISUSE);
  }
  return *this;
}

SqliteStatement& SqliteStatement::bind(int index, std::string_view text) {
  // A null pointer would bind NULL, not the empty text.
  const char* bytes = text.data() == nullptr ? "" : text.data();
  if (sqlite3_bind_text64(statement_.get(), index + 1, bytes, text.size(), SQLITE_TRANSIENT,
                          SQLITE_UTF8) != SQLITE_OK) {
    fail(sqlite3_db_handle(statement_.get()), SQLITE_MISUSE);
  }
  return *this;
}

SqliteStatement& SqliteStatement::bind_blob(int index, std::span<const std::uint8_t> bytes) {
  if (sqlite3_bind_blob64(statement_.get(), index + 1, bytes.data(), bytes.size(),
                          SQLITE_TRANSIENT) != SQLITE_OK) {
    fail(sqlite3_db_handle(statement_.get()), SQLITE_MISUSE);
  }
  return *this;
}

SqliteStatement& SqliteStatement::lend_blob(int index, std::span<const std::uint8_t> bytes) {
  if (sqlite3_bind_blob64(statement_.get(), index + 1, bytes.data(), bytes.size(), SQLITE_STATIC) !=
      SQLITE_OK) {
    fail(sqlite3_db_handle(statement_.get()), SQLITE_MISUSE);
  }
  return *this;
}

SqliteStatement& SqliteStatement::bind_null(int index) {
  if (sqlite3_bind_null(statement_.get(), index + 1) != SQLITE_OK) {
    fail(sqlite3_db_handle(statement_.get()), SQLITE_MISUSE);
  }
  return *this;
}

bool SqliteStatement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  fail(sqlite3_db_handle(statement_.get()), code);
}

void SqliteStatement::run() {
  const SqliteReading reading(*this);
  while (step()) {
  }
}

void SqliteStatement::reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
}

std::int64_t SqliteStatement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string SqliteStatement::text(int column) const {
  const unsigned char* text = sqlite3_column_text(statement_.get(), column);
  if (text == nullptr) return {};
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return {reinterpret_cast<const char*>(text), size};
}

bool SqliteStatement::blob(int column, std::span<std::uint8_t> out) const {
  const auto* bytes =
      static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_.get(), column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  if (bytes == nullptr || size != out.size()) return false;
  std::copy_n(bytes, size, out.begin());
  return true;
}

std::vector<std::uint8_t> SqliteStatement::bytes(int column) const {
  const auto* bytes =
      static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_.get(), column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  if (bytes == nullptr) return {};
  return {bytes, bytes + size};
}

bool SqliteStatement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

void SqliteConnection::Close::operator()(sqlite3* database) const { sqlite3_close_v2(database); }

SqliteConnection::SqliteConnection(const std::string& path, Mode mode) {
  const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOFOLLOW |
                    (mode == Mode::read_write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                                              : SQLITE_OPEN_READONLY);
  sqlite3* database = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &database, flags, nullptr);
  database_.reset(database);
  if (code != SQLITE_OK) fail(database, code);
  sqlite3_busy_timeout(database, kBusyTimeoutMs);
  // A crafted file must not be able to run anything.
  sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
}

void SqliteConnection::execute(const std::string& sql) {
  const int code = sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(database_.get(), code);
}

std::int64_t SqliteConnection::integer(std::string_view sql) {
  SqliteStatement statement = prepare(sql);
  return statement.step() ? statement.integer(0) : 0;
}

std::string SqliteConnection::text(std::string_view sql) {
  SqliteStatement statement = prepare(sql);
  return statement.step() ? statement.text(0) : std::string();
}

void SqliteConnection::copy_to(SqliteConnection& target, const Progress& progress) {
  constexpr int kPagesAtOnce = 1024;
  sqlite3* const to = target.database_.get();
  struct Finish {
    void operator()(sqlite3_backup* backup) const { sqlite3_backup_finish(backup); }
  };
  std::unique_ptr<sqlite3_backup, Finish> backup(
      sqlite3_backup_init(to, "main", database_.get(), "main"));
  if (!backup) fail(to, SQLITE_ERROR);
  int code = SQLITE_OK;
  while (code == SQLITE_OK) {
    code = sqlite3_backup_step(backup.get(), kPagesAtOnce);
    const auto all = static_cast<std::uint64_t>(sqlite3_backup_pagecount(backup.get()));
    const auto left = static_cast<std::uint64_t>(sqlite3_backup_remaining(backup.get()));
    if (code == SQLITE_OK || code == SQLITE_DONE) progress(all - left, all);
  }
  if (code != SQLITE_DONE) fail(nullptr, code);
  code = sqlite3_backup_finish(backup.release());
  if (code != SQLITE_OK) fail(nullptr, code);
}

void SqliteConnection::interrupt() { sqlite3_interrupt(database_.get()); }

int SqliteConnection::changes() const { return sqlite3_changes(database_.get()); }

std::int64_t SqliteConnection::last_row() const {
  return sqlite3_last_insert_rowid(database_.get());
}

}  // namespace consent::server
