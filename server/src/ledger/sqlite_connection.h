#pragma once
// SQLite, as much of it as the ledger needs: one connection, prepared statements, and errors as
// exceptions that hold a message for the operator and never a bound value. sqlite3.h stays in the
// .cpp.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "process/progress_line.h"

struct sqlite3;
struct sqlite3_stmt;

namespace consent::server {

class SqliteError : public std::runtime_error {
 public:
  enum class Kind : std::uint8_t {
    constraint,
    not_a_database,
    corrupt,
    full,
    read_only,
    busy,
    other
  };
  // `code` is SQLite's; 0 where it is the caller who found it.
  SqliteError(Kind kind, const std::string& message, int code = 0)
      : std::runtime_error(message), kind_(kind), code_(code) {}
  Kind kind() const { return kind_; }
  // A page of the file cannot be one; not a row whose content is wrong.
  bool is_of_a_page() const { return kind_ == Kind::corrupt && code_ != 0; }

 private:
  Kind kind_;
  int code_;
};

// One prepared statement; bind, step, read, in this order. Parameters and columns count from 0.
class SqliteStatement {
 public:
  SqliteStatement(sqlite3* database, std::string_view sql);

  SqliteStatement& bind(int index, std::int64_t value);
  SqliteStatement& bind(int index, std::string_view text);
  SqliteStatement& bind_blob(int index, std::span<const std::uint8_t> bytes);
  // Without a copy: `bytes` must stay until the statement has run.
  SqliteStatement& lend_blob(int index, std::span<const std::uint8_t> bytes);
  SqliteStatement& bind_null(int index);

  // True when there is a row. Afterwards reset() before the next use.
  bool step();
  // Runs to the end and resets.
  void run();
  void reset();

  std::int64_t integer(int column) const;
  std::string text(int column) const;
  // False when the blob has another size.
  bool blob(int column, std::span<std::uint8_t> out) const;
  std::vector<std::uint8_t> bytes(int column) const;  // empty for null
  bool is_null(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

// Resets a statement when the reading of its rows ends, however it ends.
class SqliteReading {
 public:
  explicit SqliteReading(SqliteStatement& statement) : statement_(statement) {}
  ~SqliteReading() { statement_.reset(); }
  SqliteReading(const SqliteReading&) = delete;
  SqliteReading& operator=(const SqliteReading&) = delete;

 private:
  SqliteStatement& statement_;
};

// Used by one thread at a time.
class SqliteConnection {
 public:
  enum class Mode : std::uint8_t { read_write, read_only };
  SqliteConnection(const std::string& path, Mode mode);

  void execute(const std::string& sql);
  SqliteStatement prepare(std::string_view sql) { return SqliteStatement(database_.get(), sql); }
  std::int64_t integer(std::string_view sql);
  std::string text(std::string_view sql);
  // Copies every page, as the running read transaction of this connection sees them, and syncs.
  // `target` is overwritten.
  void copy_to(SqliteConnection& target, const Progress& progress);
  // From another thread: what is running fails soon.
  void interrupt();
  // Rows the last statement inserted, changed or removed.
  int changes() const;
  std::int64_t last_row() const;

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace consent::server
