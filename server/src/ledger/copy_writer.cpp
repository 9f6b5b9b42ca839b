#include "ledger/copy_writer.h"

#include <algorithm>
#include <utility>

namespace consent::server {
namespace {

constexpr const char* kInsert =
    "INSERT INTO copies (source, sequence, id, subject, payload, commitment, ciphertext_hash) "
    "VALUES (?, ?, ?, ?, ?, ?, ?)";
constexpr const char* kSubjectInsert =
    "INSERT INTO copied_subjects (hash, source, since, wrapped_key, kek) VALUES (?, ?, ?, ?, ?)";
constexpr const char* kPosition =
    "INSERT INTO copying (source, site, position) VALUES (?, ?, ?) ON CONFLICT (source, site) DO "
    "UPDATE SET position = excluded.position";

std::int64_t column_value(std::uint64_t number) { return static_cast<std::int64_t>(number); }
std::int64_t column_value(Zone zone) { return static_cast<std::int64_t>(zone); }

}  // namespace

struct CopyWriter::Sealed {
  CopyRow row;
  std::optional<WrappedKey> new_key;  // of a subject that had no copies
};

CopyWriter::CopyWriter(SqliteConnection& connection, Zone zone, const ZoneKeys& keys,
                       ChangeLog* log)
    : zone_(zone),
      keys_(keys),
      log_(log),
      connection_(connection),
      rows_(connection, zone, keys),
      insert_(connection.prepare(kInsert)),
      insert_subject_(connection.prepare(kSubjectInsert)),
      remove_(connection.prepare("DELETE FROM copies WHERE source = ? AND sequence = ?")),
      remove_subject_(connection.prepare("DELETE FROM copied_subjects WHERE hash = ?")),
      position_(connection.prepare(kPosition)),
      position_max_(connection.prepare(
          "UPDATE copying SET position = ?2 WHERE source = ?1 AND position > ?2")) {}

void CopyWriter::run(CopyWork& work) {
  work.copied = work.destroyed = 0;
  work.keks.clear();
  work.forgotten.clear();
  for (const CopyWork::Gone& one : work.gone) {
    if (const auto copy = rows_.find(work.source, one.sequence)) destroy(*copy, one.erased, work);
  }
  // A zone that was restored had another record there.
  for (const Record& record : work.made) {
    const auto copy = rows_.find(work.source, record.sequence);
    if (copy && copy->id != record.id) destroy(*copy, false, work);
  }
  make_all(work);
  settle_position(work);
}

std::uint64_t CopyWriter::forget(const LookupHash& subject, TimePoint now) {
  CopyWork work{.time = now};
  for (const CopyRow& copy : rows_.of(subject)) {
    work.source = copy.source;
    destroy(copy, true, work);
  }
  return work.destroyed;
}

void CopyWriter::destroy(const CopyRow& copy, bool erased, CopyWork& work) {
  remove_.bind(0, column_value(copy.source)).bind(1, column_value(copy.sequence)).run();
  tell(copy, work, false);
  ++work.destroyed;
  if (rows_.count_of(copy.subject) != 0) return;
  if (const auto subject = rows_.subject(copy.subject)) work.keks.insert(subject->wrapped.kek);
  remove_subject_.bind_blob(0, copy.subject).run();
  if (erased) work.forgotten.push_back(copy.subject);
}

// Seals all before it stores the first: what does not open or is too long has written none then.
void CopyWriter::make_all(CopyWork& work) {
  std::vector<Sealed> sealed;
  sealed.reserve(work.made.size());
  DataKeys keys;
  for (const Record& record : work.made) {
    if (!rows_.find(work.source, record.sequence)) sealed.push_back(seal(record, work, keys));
  }
  for (const Sealed& one : sealed) store(one, work);
  work.copied = sealed.size();
}

CopyWriter::Sealed CopyWriter::seal(const Record& record, const CopyWork& work, DataKeys& keys) {
  Sealed sealed;
  const LookupHash hash =
      copied_subject_hash(keys_, work.source, record.site, record.subject.value());
  auto key = keys.find(hash);
  if (key == keys.end()) {
    const auto subject = rows_.subject(hash);
    key = keys.emplace(hash, subject ? rows_.data_key(*subject) : rows_.envelope().make_data_key())
              .first;
    if (!subject) sealed.new_key = rows_.envelope().wrap(hash, key->second);
  }
  SealedRecord payload = rows_.envelope().seal_copy(key->second, record);
  sealed.row = {.source = work.source,
                .sequence = record.sequence,
                .id = record.id,
                .subject = hash,
                .payload = std::move(payload.payload),
                .commitment = payload.commitment,
                .ciphertext_hash = payload.ciphertext_hash};
  return sealed;
}

void CopyWriter::store(const Sealed& sealed, const CopyWork& work) {
  const CopyRow& row = sealed.row;
  if (sealed.new_key) {
    insert_subject_.bind_blob(0, row.subject)
        .bind(1, column_value(work.source))
        .bind(2, work.time.time_since_epoch().count())
        .bind_blob(3, sealed.new_key->bytes)
        .bind(4, std::int64_t{sealed.new_key->kek})
        .run();
  }
  insert_.bind(0, column_value(row.source))
      .bind(1, column_value(row.sequence))
      .bind_blob(2, row.id)
      .bind_blob(3, row.subject)
      .bind_blob(4, row.payload)
      .bind_blob(5, row.commitment)
      .bind_blob(6, row.ciphertext_hash)
      .run();
  tell(row, work, true);
}

void CopyWriter::settle_position(const CopyWork& work) {
  if (work.position) {
    position_.bind(0, column_value(work.source))
        .bind(1, work.site)
        .bind(2, column_value(*work.position))
        .run();
  }
  if (work.position_max) {
    position_max_.bind(0, column_value(work.source))
        .bind(1, column_value(*work.position_max))
        .run();
  }
}

void CopyWriter::tell(const CopyRow& copy, const CopyWork& work, bool is_there) {
  if (log_ == nullptr) return;
  LogEntry entry;
  entry.kind = LogKind::copy;
  entry.zone = zone_;
  entry.time = work.time;
  entry.record = copy.id;
  entry.subject = copy_detail(copy.source, copy.sequence);
  if (is_there) {
    entry.commitment = copy.commitment;
    entry.ciphertext_hash = copy.ciphertext_hash;
  }
  log_->append(connection_, entry);
}

}  // namespace consent::server
