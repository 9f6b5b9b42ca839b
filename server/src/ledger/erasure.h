#pragma once
// What destroys records: on request, because a period is over, or again after a restore.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "keys/zone_keys.h"
#include "ledger/record.h"

namespace consent::server {

// What went wrong with storing: the message is for the operator's log and /readyz; it holds no
// visitor data.
struct StoreFailure {
  std::string detail;
};

// A subject where it is stored, without its id. Only good for the ledger it came from.
struct SubjectPlace {
  Zone zone = Zone::eu;
  std::array<std::uint8_t, 16> hash{};
  friend bool operator==(const SubjectPlace&, const SubjectPlace&) = default;
};

struct SubjectSummary {
  SubjectPlace place;
  RecordState state = {};
  bool legal_hold = false;
  std::uint64_t newest = 0;  // sequence of the newest record
  bool damaged = false;      // what is stored does not open: no state
  // The time of the oldest of several records that are held; empty: there is one.
  std::optional<TimePoint> oldest = {};
};

struct SubjectsOfRecords {
  std::vector<SubjectSummary> subjects = {};
  std::uint64_t after = 0;  // the sequence to go on behind; the last one at the end
  std::size_t held = 0;     // records whose payload is there
};

enum class ErasureCause : std::uint8_t {
  request,    // of the subject, or of the privacy office; a legal hold alone forbids it
  retention,  // the period is over; a restriction forbids it, too
  restored    // was erased before, and came back with a backup: nothing forbids it
};

struct Erasure {
  enum class Outcome : std::uint8_t { erased, not_found, frozen, changed, failed };
  Outcome outcome = Outcome::failed;
  std::vector<RecordId> records = {};  // whose payloads were destroyed
  KekId kek = 0;                       // had wrapped the destroyed data key
  Record entry = {};                   // the `erased` record, without personal data
  bool log_emptied = false;  // the write-ahead log holds no copy any more; else within minutes
  // In other zones, of records that are erased now.
  struct Copies {
    Zone zone = Zone::us;
    std::uint64_t destroyed = 0;
    std::vector<KekId> keks = {};  // had wrapped the data keys that are destroyed
  };
  std::vector<Copies> copies = {};
  // Copies could not be destroyed: the same again, or the next review, does it.
  std::optional<StoreFailure> copies_left = {};
  std::optional<StoreFailure> failure = {};
};

}  // namespace consent::server
