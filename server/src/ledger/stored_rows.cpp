#include "ledger/stored_rows.h"

#include <string>

#include "formats/uuid.h"

namespace consent::server {
namespace {

const std::string kSubjectSelect =
    "SELECT hash, wrapped_key, kek, hold, legal_hold, newest, state FROM subjects ";
const std::string kRecordSelect =
    "SELECT sequence, id, kind, subject, previous, payload, commitment, ciphertext_hash FROM "
    "records ";

[[noreturn]] void fail() {
  throw SqliteError(SqliteError::Kind::corrupt, "a stored row is damaged");
}

template <typename Number>
Number number(const SqliteStatement& row, int column, std::int64_t max) {
  const std::int64_t value = row.integer(column);
  if (value < 0 || value > max) fail();
  return static_cast<Number>(value);
}

SubjectRow read_subject(const SqliteStatement& row) {
  SubjectRow subject;
  if (!row.blob(0, subject.hash)) fail();
  subject.wrapped.bytes = row.bytes(1);
  subject.wrapped.kek = number<KekId>(row, 2, kKekIdMax);
  subject.hold = number<Hold>(row, 3, static_cast<std::int64_t>(Hold::erased));
  subject.legal_hold = number<unsigned>(row, 4, 1) == 1;
  subject.newest = number<std::int64_t>(row, 5, INT64_MAX);
  subject.state = row.bytes(6);
  return subject;
}

RecordRow read_record(const SqliteStatement& row) {
  RecordRow record;
  record.sequence = number<std::int64_t>(row, 0, INT64_MAX);
  record.kind = number<RecordKind>(row, 2, static_cast<std::int64_t>(RecordKind::erased));
  record.previous = number<std::int64_t>(row, 4, INT64_MAX);
  record.payload = row.bytes(5);
  if (!row.blob(1, record.id) || !row.blob(3, record.subject) || !row.blob(6, record.commitment) ||
      !row.blob(7, record.ciphertext_hash) || record.previous >= record.sequence) {
    fail();
  }
  return record;
}

std::optional<RecordRow> first_record(SqliteStatement& statement) {
  const SqliteReading reading(statement);
  if (!statement.step()) return std::nullopt;
  return read_record(statement);
}

}  // namespace

StoredRows::StoredRows(SqliteConnection& connection, Zone zone, const ZoneKeys& keys)
    : connection_(connection),
      zone_(zone),
      keys_(keys),
      envelope_(zone, keys),
      subject_(connection.prepare(kSubjectSelect + "WHERE hash = ?")),
      subjects_(connection.prepare(
          kSubjectSelect +
          "WHERE (hash > ?1 OR ?2) AND wrapped_key IS NOT NULL ORDER BY hash LIMIT ?3")),
      of_event_(connection.prepare(kRecordSelect + "WHERE event = ?")),
      at_(connection.prepare(kRecordSelect + "WHERE sequence = ?")),
      behind_(connection.prepare(kRecordSelect + "WHERE sequence > ? ORDER BY sequence LIMIT ?")) {}

std::optional<SubjectRow> StoredRows::subject(const LookupHash& hash) {
  const SqliteReading reading(subject_.bind_blob(0, hash));
  if (!subject_.step()) return std::nullopt;
  return read_subject(subject_);
}

std::vector<SubjectRow> StoredRows::living_subjects_behind(const LookupHash& after, bool from_start,
                                                           std::size_t limit) {
  const SqliteReading reading(subjects_.bind_blob(0, after)
                                  .bind(1, std::int64_t{from_start})
                                  .bind(2, static_cast<std::int64_t>(limit)));
  std::vector<SubjectRow> rows;
  while (subjects_.step()) rows.push_back(read_subject(subjects_));
  return rows;
}

std::optional<RecordRow> StoredRows::record_of_event(const EventId& event) {
  if (auto found = first_record(of_event_.bind_blob(0, event_hash(keys_, event)))) return found;
  if (!old_events_until_) {
    const std::int64_t until = connection_.integer("SELECT max(until) FROM old_events");
    old_events_until_ = TimePoint(std::chrono::milliseconds(until));
  }
  if (time_of(event) >= *old_events_until_) return std::nullopt;
  return first_record(of_event_.bind_blob(0, old_event_hash(keys_, event)));
}

std::optional<RecordRow> StoredRows::record_at(std::int64_t sequence) {
  return first_record(at_.bind(0, sequence));
}

std::vector<RecordRow> StoredRows::records_behind(std::int64_t sequence, std::size_t limit) {
  const SqliteReading reading(behind_.bind(0, sequence).bind(1, static_cast<std::int64_t>(limit)));
  std::vector<RecordRow> rows;
  while (behind_.step()) rows.push_back(read_record(behind_));
  return rows;
}

std::vector<RecordRow> StoredRows::chain(const SubjectRow& subject) {
  std::vector<RecordRow> rows;
  for (std::int64_t sequence = subject.newest; sequence != 0;) {
    auto row = record_at(sequence);
    if (!row && sequence <= connection_.integer("SELECT max(up_to) FROM removed_records")) break;
    if (!row || row->subject != subject.hash) fail();
    sequence = row->previous;
    rows.push_back(std::move(*row));
  }
  return rows;
}

SecretKey StoredRows::data_key(const SubjectRow& subject) {
  return envelope_.unwrap(subject.hash, subject.wrapped);
}

RecordState StoredRows::state_of(const SubjectRow& subject) {
  if (subject.erased()) return hold(RecordState{}, Hold::erased);
  return envelope_.open_state(data_key(subject), subject.hash, subject.hold, subject.state);
}

StoredRecord StoredRows::open(const SecretKey& data_key, const RecordRow& row) {
  if (row.payload.empty()) return remains(row);
  StoredRecord stored = envelope_.open(data_key, row.id, row.payload);
  if (stored.commitment != row.commitment || stored.ciphertext_hash != row.ciphertext_hash ||
      stored.record.kind != row.kind) {
    throw DamagedRecord("a stored record is not what was committed to");
  }
  stored.record.sequence = static_cast<std::uint64_t>(row.sequence);
  return stored;
}

StoredRecord StoredRows::open(const RecordRow& row) {
  if (row.payload.empty()) return remains(row);
  const auto subject = this->subject(row.subject);
  if (!subject || subject->erased()) fail();
  return open(data_key(*subject), row);
}

StoredRecord StoredRows::remains(const RecordRow& row) const {
  StoredRecord stored;
  stored.erased = true;
  stored.record.id = row.id;
  stored.record.sequence = static_cast<std::uint64_t>(row.sequence);
  stored.record.kind = row.kind;
  stored.record.zone = zone_;
  stored.commitment = row.commitment;
  stored.ciphertext_hash = row.ciphertext_hash;
  return stored;
}

}  // namespace consent::server
