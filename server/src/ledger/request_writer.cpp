#include "ledger/request_writer.h"

#include <vector>

namespace consent::server {
namespace {

constexpr const char* kUpsert =
    "INSERT INTO requests (id, subject, state, revision, due, closed, wrapped_key, kek, payload) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET state = excluded.state, "
    "revision = excluded.revision, due = excluded.due, closed = excluded.closed, wrapped_key = "
    "excluded.wrapped_key, kek = excluded.kek, payload = excluded.payload";
constexpr const char* kErased = "SELECT 1 FROM subjects WHERE hash = ? AND wrapped_key IS NULL";

}  // namespace

RequestWriter::RequestWriter(SqliteConnection& connection, Zone zone, const ZoneKeys& keys,
                             ChangeLog* log)
    : connection_(connection),
      zone_(zone),
      log_(log),
      envelope_(zone, keys),
      upsert_(connection.prepare(kUpsert)),
      remove_(connection.prepare("DELETE FROM requests WHERE id = ?")),
      erased_(connection.prepare(kErased)) {}

void RequestWriter::put(WriteTask& task) {
  RightsRequest request = task.request.value();
  const auto before = find_request_row(connection_, request.id);
  task.found = (before ? before->revision : 0) + 1 == request.revision;
  if (!task.found) return;
  std::optional<LookupHash> subject = before ? before->subject : std::nullopt;
  if (!before && request.subject) subject = task.place.hash;
  if (subject && is_erased(*subject)) request.subject.reset();
  store(request, subject);
}

void RequestWriter::remove_closed(WriteTask& task) {
  const auto over = requests_over(connection_, envelope_, zone_, task.closed_before);
  for (const RecordId& id : over) remove(id, task.record.time);
  task.removed = over.size();
}

void RequestWriter::forget(const LookupHash& subject, ErasureCause cause, TimePoint now) {
  for (const RequestRow& row : request_rows_of(connection_, subject)) {
    try {
      RightsRequest request = open_request(envelope_, zone_, row);
      const bool answered = cause == ErasureCause::request && request.right == Right::erase &&
                            !is_closed(request.state);
      if (answered) {
        request.state = RequestState::completed;
        request.closed_at = now;
      }
      request.subject.reset();
      request.note.clear();
      request.changed_at = now;
      ++request.revision;
      store(request, subject);
    } catch (const DamagedRecord&) {
      remove(row.id, now);  // who it was about must not stay
    }
  }
}

void RequestWriter::store(const RightsRequest& request, const std::optional<LookupHash>& subject) {
  const SealedRequest sealed = seal_request(envelope_, request, subject);
  upsert_.bind_blob(0, sealed.row.id)
      .bind(2, static_cast<std::int64_t>(sealed.row.state))
      .bind(3, sealed.row.revision)
      .bind(4, sealed.row.due)
      .bind_blob(6, sealed.row.wrapped.bytes)
      .bind(7, std::int64_t{sealed.row.wrapped.kek})
      .bind_blob(8, sealed.row.payload);
  if (sealed.row.subject) upsert_.bind_blob(1, *sealed.row.subject);
  if (sealed.row.closed) upsert_.bind(5, *sealed.row.closed);
  upsert_.run();
  tell(request.id, request.changed_at, sealed);
}

void RequestWriter::remove(const RecordId& id, TimePoint now) {
  remove_.bind_blob(0, id).run();
  tell(id, now, {});
}

void RequestWriter::tell(const RecordId& id, TimePoint time, const SealedRequest& sealed) {
  if (log_ == nullptr) return;
  log_->append(connection_, {.kind = LogKind::request,
                             .zone = zone_,
                             .time = time,
                             .record = id,
                             .commitment = sealed.commitment,
                             .ciphertext_hash = sealed.ciphertext_hash,
                             .subject = {}});
}

bool RequestWriter::is_erased(const LookupHash& subject) {
  const SqliteReading reading(erased_.bind_blob(0, subject));
  return erased_.step();
}

}  // namespace consent::server
