#include "ledger/request_rows.h"

#include <limits>
#include <string>

namespace consent::server {
namespace {

constexpr const char* kColumns =
    "SELECT id, subject, state, revision, due, closed, wrapped_key, kek, payload FROM requests ";

RequestRow row_of(const SqliteStatement& statement) {
  RequestRow row;
  LookupHash subject{};
  if (!statement.blob(0, row.id)) throw DamagedRecord("a stored request has no id");
  if (!statement.is_null(1)) {
    if (!statement.blob(1, subject)) throw DamagedRecord("a stored request is damaged");
    row.subject = subject;
  }
  row.state = static_cast<RequestState>(statement.integer(2));
  row.revision = statement.integer(3);
  row.due = statement.integer(4);
  if (!statement.is_null(5)) row.closed = statement.integer(5);
  row.wrapped = {static_cast<KekId>(statement.integer(7)), statement.bytes(6)};
  row.payload = statement.bytes(8);
  return row;
}

std::vector<RequestRow> rows_of(SqliteStatement& statement) {
  std::vector<RequestRow> rows;
  while (statement.step()) rows.push_back(row_of(statement));
  return rows;
}

std::int64_t milliseconds(TimePoint time) { return time.time_since_epoch().count(); }

constexpr const char* kClosedBefore =
    "SELECT id, closed FROM requests WHERE closed < ? AND NOT EXISTS (SELECT 1 FROM subjects WHERE "
    "subjects.hash = requests.subject AND legal_hold != 0)";

// Which regime it was answered under stands only in what is sealed.
bool is_over(SqliteConnection& connection, Envelope& envelope, Zone zone, const RecordId& id,
             const ClosedBefore& before) {
  try {
    const RightsRequest request =
        open_request(envelope, zone, find_request_row(connection, id).value());
    return request.closed_at < before.of(request.regime);
  } catch (const DamagedRecord&) {
    return false;
  }
}

}  // namespace

SealedRequest seal_request(Envelope& envelope, const RightsRequest& request,
                           const std::optional<LookupHash>& subject) {
  SealedRequest sealed;
  const SecretKey key = SecretKey::random();
  const SealedRecord text = envelope.seal_text(key, request.id, request_text(request));
  sealed.row.id = request.id;
  sealed.row.subject = subject;
  sealed.row.state = request.state;
  sealed.row.revision = request.revision;
  sealed.row.due = milliseconds(request.due_at);
  if (request.closed_at) sealed.row.closed = milliseconds(*request.closed_at);
  sealed.row.wrapped = envelope.wrap(request.id, key);
  sealed.row.payload = text.payload;
  sealed.commitment = text.commitment;
  sealed.ciphertext_hash = text.ciphertext_hash;
  return sealed;
}

RightsRequest open_request(Envelope& envelope, Zone zone, const RequestRow& row) {
  const SecretKey key = envelope.unwrap(row.id, row.wrapped);
  auto request = parse_request_text(envelope.open_text(key, row.id, row.payload));
  if (!request || request->state != row.state || request->revision != row.revision ||
      milliseconds(request->due_at) != row.due ||
      request->closed_at.has_value() != row.closed.has_value() ||
      (row.closed && milliseconds(*request->closed_at) != *row.closed)) {
    throw DamagedRecord("a stored request is not what its row says: it was altered");
  }
  request->id = row.id;
  request->zone = zone;
  return std::move(*request);
}

std::optional<RequestRow> find_request_row(SqliteConnection& connection, const RecordId& id) {
  SqliteStatement statement = connection.prepare(std::string(kColumns) + "WHERE id = ?");
  statement.bind_blob(0, id);
  if (!statement.step()) return std::nullopt;
  return row_of(statement);
}

std::vector<RequestRow> request_rows_of(SqliteConnection& connection, const LookupHash& subject) {
  SqliteStatement statement = connection.prepare(std::string(kColumns) + "WHERE subject = ?");
  statement.bind_blob(0, subject);
  return rows_of(statement);
}

std::vector<RequestRow> list_request_rows(SqliteConnection& connection,
                                          const RequestQuestion& question,
                                          const std::optional<LookupHash>& subject) {
  const RequestPlace after = question.after.value_or(RequestPlace{});
  SqliteStatement statement =
      connection.prepare(std::string(kColumns) +
                         "WHERE (due, id) > (?1, ?2) AND due < ?3 AND (1 << state) & ?4 AND "
                         "(?5 IS NULL OR subject = ?5) ORDER BY due, id LIMIT ?6");
  statement.bind(0, question.after ? milliseconds(after.due) : std::int64_t{-1})
      .bind_blob(1, after.id)
      .bind(2, question.due_before ? milliseconds(*question.due_before)
                                   : std::numeric_limits<std::int64_t>::max())
      .bind(3, std::int64_t{question.states})
      .bind(5, static_cast<std::int64_t>(question.limit));
  if (subject) statement.bind_blob(4, *subject);
  return rows_of(statement);
}

std::vector<RecordId> requests_over(SqliteConnection& connection, Envelope& envelope, Zone zone,
                                    const ClosedBefore& before) {
  std::vector<RecordId> over;
  SqliteStatement statement = connection.prepare(kClosedBefore);
  statement.bind(0, milliseconds(before.latest));
  const std::int64_t shortest = milliseconds(before.earliest());
  while (statement.step()) {
    RecordId id{};
    if (!statement.blob(0, id)) throw DamagedRecord("a stored request has no id");
    const bool over_everywhere = statement.integer(1) < shortest;
    if (over_everywhere || is_over(connection, envelope, zone, id, before)) over.push_back(id);
  }
  return over;
}

std::vector<RequestRow> request_rows_behind(SqliteConnection& connection, const RecordId& after,
                                            std::size_t limit) {
  SqliteStatement statement =
      connection.prepare(std::string(kColumns) + "WHERE id > ? ORDER BY id LIMIT ?");
  statement.bind_blob(0, after).bind(1, static_cast<std::int64_t>(limit));
  return rows_of(statement);
}

}  // namespace consent::server
