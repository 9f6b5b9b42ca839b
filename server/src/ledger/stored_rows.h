#pragma once
// The rows of a zone's file, and how they are found and opened. Shared by what reads and what
// writes.

#include <cstdint>
#include <optional>
#include <vector>

#include "ledger/envelope.h"
#include "ledger/sqlite_connection.h"

namespace consent::server {

struct SubjectRow {
  LookupHash hash{};
  WrappedKey wrapped = {};
  Hold hold = Hold::none;
  bool legal_hold = false;
  std::int64_t newest = 0;  // sequence
  Bytes state = {};
  bool erased() const { return hold == Hold::erased; }
};

struct RecordRow {
  std::int64_t sequence = 0;
  RecordId id{};
  RecordKind kind = RecordKind::decision;
  LookupHash subject{};
  std::int64_t previous = 0;  // sequence; 0: none
  Bytes payload;              // empty: erased
  Sha256Digest commitment{};
  Sha256Digest ciphertext_hash{};
};

// Over one connection, used by one thread at a time. Each call throws SqliteError when the file
// cannot be read and DamagedRecord when a row does not open.
class StoredRows {
 public:
  StoredRows(SqliteConnection& connection, Zone zone, const ZoneKeys& keys);

  std::optional<SubjectRow> subject(const LookupHash& hash);
  // In the order of their hashes; living: not erased.
  std::vector<SubjectRow> living_subjects_behind(const LookupHash& after, bool from_start,
                                                 std::size_t limit);
  std::optional<RecordRow> record_of_event(const EventId& event);
  std::optional<RecordRow> record_at(std::int64_t sequence);
  // In order; the records of all subjects.
  std::vector<RecordRow> records_behind(std::int64_t sequence, std::size_t limit);
  // The subject's records, newest first, as far back as they have not been removed.
  std::vector<RecordRow> chain(const SubjectRow& subject);

  // One read: unwraps the data key and opens the folded state.
  RecordState state_of(const SubjectRow& subject);
  SecretKey data_key(const SubjectRow& subject);
  // Checked against the row's own hash and commitment. An erased row gives what is left of it.
  StoredRecord open(const SecretKey& data_key, const RecordRow& row);
  // The same, with the key of the subject it belongs to.
  StoredRecord open(const RecordRow& row);
  StoredRecord remains(const RecordRow& row) const;

  Envelope& envelope() { return envelope_; }
  SqliteConnection& connection() { return connection_; }

 private:
  SqliteConnection& connection_;
  Zone zone_;
  const ZoneKeys& keys_;
  Envelope envelope_;
  SqliteStatement subject_;
  SqliteStatement subjects_;
  SqliteStatement of_event_;
  SqliteStatement at_;
  SqliteStatement behind_;
  std::optional<TimePoint> old_events_until_;  // none: not read yet
};

}  // namespace consent::server
