#pragma once
// The rows of the register of requests in a zone's file, and how they are sealed and opened.

#include <cstdint>
#include <optional>
#include <vector>

#include "ledger/envelope.h"
#include "ledger/request_register.h"
#include "ledger/sqlite_connection.h"

namespace consent::server {

struct RequestRow {
  RecordId id{};
  std::optional<LookupHash> subject;  // as subjects are found; stays when the subject is erased
  RequestState state = RequestState::received;
  std::int64_t revision = 0;
  std::int64_t due = 0;                // ms since 1970
  std::optional<std::int64_t> closed;  // ms since 1970; none: open
  WrappedKey wrapped;                  // of the row's own data key, new with each revision
  Bytes payload;
};

// A row of this request as it is stored, with what commits to it.
struct SealedRequest {
  RequestRow row;
  Sha256Digest commitment{};
  Sha256Digest ciphertext_hash{};
};
SealedRequest seal_request(Envelope& envelope, const RightsRequest& request,
                           const std::optional<LookupHash>& subject);
// Throws DamagedRecord when it does not open, or is not what the row says.
RightsRequest open_request(Envelope& envelope, Zone zone, const RequestRow& row);

// Each throws SqliteError.
std::optional<RequestRow> find_request_row(SqliteConnection& connection, const RecordId& id);
std::vector<RequestRow> request_rows_of(SqliteConnection& connection, const LookupHash& subject);
// `subject` is that of the question.
std::vector<RequestRow> list_request_rows(SqliteConnection& connection,
                                          const RequestQuestion& question,
                                          const std::optional<LookupHash>& subject);
// Those that are over, and not of a subject under a legal hold: RequestRegister::count_closed().
std::vector<RecordId> requests_over(SqliteConnection& connection, Envelope& envelope, Zone zone,
                                    const ClosedBefore& before);
// For checks: all of them, in the order of their ids, behind `after`.
std::vector<RequestRow> request_rows_behind(SqliteConnection& connection, const RecordId& after,
                                            std::size_t limit);

}  // namespace consent::server
