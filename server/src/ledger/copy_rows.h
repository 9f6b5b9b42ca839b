#pragma once
// The rows of copies in the file of the zone that holds them, and how they are found and opened.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "ledger/envelope.h"
#include "ledger/sqlite_connection.h"

namespace consent::server {

// A subject with copies here. The data key is the copies' own.
struct CopiedSubjectRow {
  LookupHash hash{};
  Zone source = Zone::eu;
  TimePoint since{};
  WrappedKey wrapped = {};
};

struct CopyRow {
  Zone source = Zone::eu;
  std::uint64_t sequence = 0;  // of the original, there
  RecordId id{};               // of the original
  LookupHash subject{};
  Bytes payload;
  Sha256Digest commitment{};
  Sha256Digest ciphertext_hash{};
};

struct CopyName {
  std::uint64_t sequence = 0;
  RecordId id{};
};

// False in a file from before there were copies, such as an old backup.
bool has_copies_table(SqliteConnection& connection);

// The detail of a copy's entry in the log: "eu 12".
std::string copy_detail(Zone source, std::uint64_t sequence);

// Over one connection, used by one thread at a time; throws like StoredRows.
class CopyRows {
 public:
  CopyRows(SqliteConnection& connection, Zone zone, const ZoneKeys& keys);

  std::optional<CopiedSubjectRow> subject(const LookupHash& hash);
  std::uint64_t count_of(const LookupHash& subject);
  std::vector<CopyRow> of(const LookupHash& subject);
  std::optional<CopyRow> find(Zone source, std::uint64_t sequence);
  // In the order of the sequences.
  std::vector<CopyRow> behind(Zone source, std::uint64_t sequence, std::size_t limit);
  std::vector<CopyName> names_behind(Zone source, std::uint64_t sequence, std::size_t limit);
  bool any(Zone source);
  // Up to which sequence the site's records are copied; 0: none is.
  std::uint64_t position(Zone source, std::string_view site);
  // The highest one of all sites.
  std::uint64_t highest_position(Zone source);

  // Checked against the row's own hash and commitment.
  Record open(const CopyRow& row);
  SecretKey data_key(const CopiedSubjectRow& subject);
  Envelope& envelope() { return envelope_; }

 private:
  Envelope envelope_;
  SqliteStatement subject_;
  SqliteStatement count_;
  SqliteStatement of_;
  SqliteStatement find_;
  SqliteStatement behind_;
  SqliteStatement names_;
  SqliteStatement any_;
  SqliteStatement position_;
  SqliteStatement highest_;
};

}  // namespace consent::server
