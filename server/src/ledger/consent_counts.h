#pragma once
// What a zone's file counts of notices and decisions, a day at a time. No row is anybody's: neither
// a time nor an identifier is in it, and an erasure leaves the numbers as they are.

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "clock.h"
#include "ledger/record.h"
#include "ledger/sqlite_connection.h"

namespace consent::server {

// What was counted.
enum class ConsentEvent : std::uint8_t {
  notice,    // served
  accepted,  // every optional purpose granted
  partly,    // some of them
  refused,   // nothing granted, by somebody without a subject
  withdrawn  // nothing granted any more
};
inline constexpr std::size_t kConsentEvents = 5;
std::string_view to_text(ConsentEvent event);  // "notices" "accepted" "partly" ...

struct ConsentCount {
  Date day{};
  RegimeId regime = RegimeId::unknown;
  std::string language = {};  // of the notice; empty: not counted, as of refusals
  Layer layer = Layer::none;  // none: not counted, as of refusals
  ConsentEvent event = ConsentEvent::notice;
  std::uint64_t count = 0;
  friend bool operator==(const ConsentCount&, const ConsentCount&) = default;
};

// Of a site, from one day to another, both included. A starting state (`default`) is no decision.
// Throws SqliteError when the file cannot be read.
std::vector<ConsentCount> read_consent_counts(SqliteConnection& connection, const std::string& site,
                                              Date from, Date to);

// Counts the decisions of subjects, in the transaction that stores them.
class DecisionCounter {
 public:
  explicit DecisionCounter(SqliteConnection& connection);
  // `notice` is the number of the notice's row; 0: none. In memory until settle().
  void count(const Record& record, std::int64_t notice);
  // Writes what was counted. When the transaction fails instead, this is of no more use.
  void settle();

 private:
  struct Cell {
    Date day;
    std::string site;
    RegimeId regime;
    std::int64_t notice;
    Layer layer;
    Action action;
    std::uint16_t choices;
    friend auto operator<=>(const Cell&, const Cell&) = default;
  };
  std::map<Cell, std::int64_t> counted_;
  SqliteStatement upsert_;
};

}  // namespace consent::server
