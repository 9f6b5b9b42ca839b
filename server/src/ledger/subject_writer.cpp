#include "ledger/subject_writer.h"

#include "formats/uuid.h"
#include "ledger/record_payload.h"

namespace consent::server {
namespace {

constexpr std::size_t kNoticesMax = 1024;
constexpr const char* kRecordInsert =
    "INSERT INTO records (id, kind, subject, event, previous, notice, payload, commitment, "
    "ciphertext_hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
constexpr const char* kSubjectUpsert =
    "INSERT INTO subjects (hash, wrapped_key, kek, hold, legal_hold, newest, state) VALUES (?, ?, "
    "?, ?, ?, ?, ?) ON CONFLICT (hash) DO UPDATE SET wrapped_key = excluded.wrapped_key, kek = "
    "excluded.kek, hold = excluded.hold, legal_hold = excluded.legal_hold, newest = "
    "excluded.newest, state = excluded.state";
constexpr const char* kNoticeCite =
    "INSERT INTO notices (id) VALUES (?) ON CONFLICT (id) DO NOTHING";

// Whose records these are; empty where none opens any more.
std::optional<std::pair<std::string, SubjectId>> subject_of(StoredRows& rows,
                                                            const SubjectRow& subject,
                                                            const std::vector<RecordRow>& chain) {
  try {
    const SecretKey key = rows.data_key(subject);
    for (const RecordRow& row : chain) {
      if (row.payload.empty()) continue;
      const Record record = rows.open(key, row).record;
      if (record.subject) return std::pair(record.site, *record.subject);
    }
  } catch (const DamagedRecord&) {
  }
  return std::nullopt;
}

}  // namespace

struct SubjectWriter::Subject {
  SubjectRow row;
  SecretKey data_key;
  RecordState state;
};

SubjectWriter::SubjectWriter(SqliteConnection& connection, Zone zone, const ZoneKeys& keys,
                             ChangeLog* log)
    : connection_(connection),
      zone_(zone),
      keys_(keys),
      log_(log),
      rows_(connection, zone, keys),
      insert_(connection.prepare(kRecordInsert)),
      upsert_(connection.prepare(kSubjectUpsert)),
      cite_(connection.prepare(kNoticeCite)),
      notice_(connection.prepare("SELECT number FROM notices WHERE id = ?")),
      empty_(connection.prepare("UPDATE records SET payload = NULL WHERE sequence = ?")),
      decisions_(connection) {}

std::optional<Record> SubjectWriter::find_event(const EventId& event) {
  const auto known = rows_.record_of_event(event);
  if (!known || known->payload.empty()) return std::nullopt;
  return rows_.open(*known).record;
}

void SubjectWriter::append(WriteTask& task) {
  if (const auto known = rows_.record_of_event(task.record.event)) {
    task.erased = known->payload.empty();
    task.repeated = !task.erased;
    if (task.repeated) task.record = rows_.open(*known).record;
    return;
  }
  const LookupHash hash = subject_hash(keys_, task.record.site, task.record.subject.value());
  const auto row = rows_.subject(hash);
  task.taken = row && task.first;
  task.erased = !task.taken && row && row->erased();
  if (task.taken || task.erased) return;
  Subject subject =
      row ? Subject{*row, rows_.data_key(*row), rows_.state_of(*row)}
          : Subject{SubjectRow{.hash = hash}, rows_.envelope().make_data_key(), RecordState{}};
  if (!row) subject.row.wrapped = rows_.envelope().wrap(hash, subject.data_key);
  const std::int64_t notice = add_to(subject, task.record);
  task.state = subject.state;
  decisions_.count(task.record, notice);
}

void SubjectWriter::mark(WriteTask& task) {
  const auto row = rows_.subject(task.place.hash);
  if (!row || row->erased()) return;
  Subject subject{*row, rows_.data_key(*row), rows_.state_of(*row)};
  task.found = true;
  add_to(subject, task.record);
}

// Seals first: what does not open or is too long has written nothing then.
std::int64_t SubjectWriter::add_to(Subject& subject, Record& record) {
  if (subject.row.newest != 0) {
    if (const auto newest = rows_.record_at(subject.row.newest)) record.previous = newest->id;
  }
  record.zone = zone_;
  const SealedRecord sealed = rows_.envelope().seal(subject.data_key, record);
  subject.state = apply(subject.state, record);
  subject.row.hold = subject.state.hold;
  subject.row.state =
      rows_.envelope().seal_state(subject.data_key, subject.row.hash, subject.state);
  const std::int64_t notice = insert(record, subject.row, sealed);
  subject.row.newest = static_cast<std::int64_t>(record.sequence);
  store(subject.row);
  tell(LogKind::record, record, sealed);
  return notice;
}

std::int64_t SubjectWriter::insert(Record& record, const SubjectRow& subject,
                                   const SealedRecord& sealed) {
  const std::int64_t notice = record.notice.empty() ? 0 : notice_number(record.notice);
  const LookupHash event = event_hash(keys_, record.event);
  insert_.lend_blob(0, record.id)
      .bind(1, static_cast<std::int64_t>(record.kind))
      .lend_blob(2, subject.hash)
      .lend_blob(3, event)
      .bind(4, subject.newest)
      .lend_blob(7, sealed.commitment)
      .lend_blob(8, sealed.ciphertext_hash);
  if (notice != 0) insert_.bind(5, notice);
  if (!sealed.payload.empty()) insert_.lend_blob(6, sealed.payload);
  insert_.run();
  record.sequence = static_cast<std::uint64_t>(connection_.last_row());
  return notice;
}

void SubjectWriter::store(const SubjectRow& row) {
  upsert_.lend_blob(0, row.hash)
      .bind(2, std::int64_t{row.wrapped.kek})
      .bind(3, static_cast<std::int64_t>(row.hold))
      .bind(4, std::int64_t{row.legal_hold})
      .bind(5, row.newest);
  if (!row.wrapped.bytes.empty()) upsert_.lend_blob(1, row.wrapped.bytes);
  if (!row.state.empty()) upsert_.lend_blob(6, row.state);
  upsert_.run();
}

void SubjectWriter::set_legal_hold(WriteTask& task) {
  auto row = rows_.subject(task.place.hash);
  if (!row || row->erased()) return;
  task.found = true;
  if (row->legal_hold == task.held) return;
  row->legal_hold = task.held;
  store(*row);
  tell(LogKind::hold, task.record, {});
}

std::optional<SubjectRow> SubjectWriter::erasable(WriteTask& task) {
  Erasure& erasure = task.erasure;
  auto row = rows_.subject(task.place.hash);
  erasure.outcome = Erasure::Outcome::not_found;
  if (!row || row->erased()) return std::nullopt;
  erasure.outcome = Erasure::Outcome::changed;
  if (task.newest != 0 && task.newest != row->newest) return std::nullopt;
  const bool restricted = row->hold == Hold::restricted && task.cause == ErasureCause::retention;
  erasure.outcome = Erasure::Outcome::frozen;
  const bool returned = task.cause == ErasureCause::restored;
  if ((row->legal_hold || restricted) && !returned) return std::nullopt;
  return row;
}

void SubjectWriter::empty(const RecordRow& record, Erasure& erasure) {
  if (record.payload.empty()) return;
  empty_.bind(0, record.sequence).run();
  erasure.records.push_back(record.id);
}

void SubjectWriter::erase_superseded(WriteTask& task) {
  const auto row = erasable(task);
  if (!row) return;
  for (const RecordRow& record : rows_.chain(*row)) {
    if (record.sequence <= task.up_to && record.sequence < row->newest) empty(record, task.erasure);
  }
  task.erasure.outcome = Erasure::Outcome::erased;
}

void SubjectWriter::erase(WriteTask& task) {
  Erasure& erasure = task.erasure;
  auto row = erasable(task);
  if (!row) return;
  const std::vector<RecordRow> chain = rows_.chain(*row);
  task.erased_subject = subject_of(rows_, *row, chain);
  for (const RecordRow& record : chain) empty(record, erasure);
  // Its bytes hold nothing personal; anyone can make its commitment again.
  const Bytes bytes = record_bytes(task.record);
  const SealedRecord remains{{}, commitment_of({}, bytes), {}};
  insert(task.record, *row, remains);
  erasure.kek = row->wrapped.kek;
  row->wrapped.bytes.clear();
  row->state.clear();
  row->hold = Hold::erased;
  row->newest = static_cast<std::int64_t>(task.record.sequence);
  store(*row);
  tell(LogKind::erased, task.record, remains);
  erasure.entry = task.record;
  erasure.outcome = Erasure::Outcome::erased;
}

void SubjectWriter::tell(LogKind kind, const Record& record, const SealedRecord& sealed) {
  if (log_ == nullptr) return;
  log_->append(connection_, {.kind = kind,
                             .zone = zone_,
                             .time = record.time,
                             .record = record.id,
                             .commitment = sealed.commitment,
                             .ciphertext_hash = sealed.ciphertext_hash,
                             .subject = {}});
}

// A notice keeps its number. When the transaction that gave it fails, this writer goes, too.
std::int64_t SubjectWriter::notice_number(const std::string& id) {
  if (const auto known = notice_numbers_.find(id); known != notice_numbers_.end()) {
    return known->second;
  }
  if (notice_numbers_.size() >= kNoticesMax) notice_numbers_.clear();
  cite_.bind(0, id).run();
  const SqliteReading reading(notice_.bind(0, id));
  if (!notice_.step()) throw std::runtime_error("a notice that is cited cannot be found");
  return notice_numbers_[id] = notice_.integer(0);
}

}  // namespace consent::server
