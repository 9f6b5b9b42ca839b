#include "ledger/copy_rows.h"

#include <string>

namespace consent::server {
namespace {

const std::string kCopySelect =
    "SELECT source, sequence, id, subject, payload, commitment, ciphertext_hash FROM copies ";

[[noreturn]] void fail() {
  throw SqliteError(SqliteError::Kind::corrupt, "a stored copy is damaged");
}

std::int64_t column_value(std::uint64_t number) { return static_cast<std::int64_t>(number); }
std::int64_t column_value(Zone zone) { return static_cast<std::int64_t>(zone); }

Zone zone_of(std::int64_t number) {
  if (number == column_value(Zone::eu)) return Zone::eu;
  if (number == column_value(Zone::us)) return Zone::us;
  fail();
}

std::uint64_t sequence_of(std::int64_t number) {
  if (number < 0) fail();
  return static_cast<std::uint64_t>(number);
}

CopyRow read_copy(const SqliteStatement& row) {
  CopyRow copy;
  copy.source = zone_of(row.integer(0));
  copy.sequence = sequence_of(row.integer(1));
  copy.payload = row.bytes(4);
  if (!row.blob(2, copy.id) || !row.blob(3, copy.subject) || !row.blob(5, copy.commitment) ||
      !row.blob(6, copy.ciphertext_hash)) {
    fail();
  }
  return copy;
}

std::vector<CopyRow> read_copies(SqliteStatement& statement) {
  const SqliteReading reading(statement);
  std::vector<CopyRow> rows;
  while (statement.step()) rows.push_back(read_copy(statement));
  return rows;
}

std::uint64_t read_number(SqliteStatement& statement) {
  const SqliteReading reading(statement);
  return statement.step() ? sequence_of(statement.integer(0)) : 0;
}

}  // namespace

bool has_copies_table(SqliteConnection& connection) {
  return connection.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'copies'") != 0;
}

std::string copy_detail(Zone source, std::uint64_t sequence) {
  return std::string(to_text(source)) + ' ' + std::to_string(sequence);
}

CopyRows::CopyRows(SqliteConnection& connection, Zone zone, const ZoneKeys& keys)
    : envelope_(zone, keys),
      subject_(connection.prepare(
          "SELECT hash, source, since, wrapped_key, kek FROM copied_subjects WHERE hash = ?")),
      count_(connection.prepare("SELECT count(*) FROM copies WHERE subject = ?")),
      of_(connection.prepare(kCopySelect + "WHERE subject = ? ORDER BY sequence")),
      find_(connection.prepare(kCopySelect + "WHERE source = ? AND sequence = ?")),
      behind_(connection.prepare(kCopySelect +
                                 "WHERE source = ? AND sequence > ? ORDER BY sequence LIMIT ?")),
      names_(connection.prepare("SELECT sequence, id FROM copies WHERE source = ? AND sequence > ? "
                                "ORDER BY sequence LIMIT ?")),
      any_(connection.prepare("SELECT EXISTS (SELECT 1 FROM copies WHERE source = ?)")),
      position_(connection.prepare("SELECT position FROM copying WHERE source = ? AND site = ?")),
      highest_(
          connection.prepare("SELECT ifnull(max(position), 0) FROM copying WHERE source = ?")) {}

std::optional<CopiedSubjectRow> CopyRows::subject(const LookupHash& hash) {
  const SqliteReading reading(subject_.bind_blob(0, hash));
  if (!subject_.step()) return std::nullopt;
  CopiedSubjectRow row;
  const std::int64_t kek = subject_.integer(4);
  if (!subject_.blob(0, row.hash) || kek < 0 || kek > kKekIdMax) fail();
  row.source = zone_of(subject_.integer(1));
  row.since = TimePoint(std::chrono::milliseconds(subject_.integer(2)));
  row.wrapped = {static_cast<KekId>(kek), subject_.bytes(3)};
  return row;
}

std::uint64_t CopyRows::count_of(const LookupHash& subject) {
  return read_number(count_.bind_blob(0, subject));
}

std::vector<CopyRow> CopyRows::of(const LookupHash& subject) {
  return read_copies(of_.bind_blob(0, subject));
}

std::optional<CopyRow> CopyRows::find(Zone source, std::uint64_t sequence) {
  const SqliteReading reading(find_.bind(0, column_value(source)).bind(1, column_value(sequence)));
  if (!find_.step()) return std::nullopt;
  return read_copy(find_);
}

std::vector<CopyRow> CopyRows::behind(Zone source, std::uint64_t sequence, std::size_t limit) {
  return read_copies(behind_.bind(0, column_value(source))
                         .bind(1, column_value(sequence))
                         .bind(2, static_cast<std::int64_t>(limit)));
}

std::vector<CopyName> CopyRows::names_behind(Zone source, std::uint64_t sequence,
                                             std::size_t limit) {
  const SqliteReading reading(names_.bind(0, column_value(source))
                                  .bind(1, column_value(sequence))
                                  .bind(2, static_cast<std::int64_t>(limit)));
  std::vector<CopyName> names;
  while (names_.step()) {
    CopyName& name = names.emplace_back();
    name.sequence = sequence_of(names_.integer(0));
    if (!names_.blob(1, name.id)) fail();
  }
  return names;
}

bool CopyRows::any(Zone source) { return read_number(any_.bind(0, column_value(source))) != 0; }

std::uint64_t CopyRows::position(Zone source, std::string_view site) {
  return read_number(position_.bind(0, column_value(source)).bind(1, site));
}

std::uint64_t CopyRows::highest_position(Zone source) {
  return read_number(highest_.bind(0, column_value(source)));
}

SecretKey CopyRows::data_key(const CopiedSubjectRow& subject) {
  return envelope_.unwrap(subject.hash, subject.wrapped);
}

Record CopyRows::open(const CopyRow& row) {
  const auto owner = subject(row.subject);
  if (!owner || owner->source != row.source) {
    throw DamagedRecord("the data key of a copy is missing");
  }
  StoredRecord stored =
      envelope_.open_copy(data_key(*owner), row.source, row.sequence, row.id, row.payload);
  if (stored.commitment != row.commitment || stored.ciphertext_hash != row.ciphertext_hash) {
    throw DamagedRecord("a stored copy is not what was committed to");
  }
  return std::move(stored.record);
}

}  // namespace consent::server
