#pragma once
// A change of a subject's state, as those who keep a copy of it read it: one for each record.

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "ledger/record.h"

namespace consent::server {

class StoredRows;

struct StateChange {
  std::uint64_t sequence = 0;
  RecordId id{};
  RecordKind kind = RecordKind::decision;
  Zone zone = Zone::eu;
  // The same for all changes of a subject, and all that is left of an erased one; says nothing
  // without the zone's lookup key.
  std::array<std::uint8_t, 16> subject_key{};
  // Empty when there is nothing to tell: it was destroyed.
  std::optional<Record> record;
  bool damaged = false;  // the record or the subject does not open: nothing of it may be trusted
  // Of the subject when this was read, so not before later changes of it. Of a damaged one nothing.
  RecordState state = {};
  // Destroyed by an erasure, which comes later, or because its period is over.
  bool destroyed() const { return !record && !damaged && kind != RecordKind::erased; }
};

// At most `limit`, in order, behind the one of this sequence; 0 is before the first.
std::vector<StateChange> read_changes(StoredRows& rows, Zone zone, std::uint64_t after,
                                      std::size_t limit);

}  // namespace consent::server
