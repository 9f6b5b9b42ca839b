#pragma once
// How far a reader of GET /v1/changes has come: a place in each zone. A place also names the record
// it is behind, so that a ledger that was restored from an older copy is not taken for the same.
//
//   base64url of: 1 version (1), then for each zone in the order of its number: 8 sequence
//   (big-endian, 0: nothing was read), 8 last bytes of the record's id

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/record.h"

namespace consent::server {

struct ChangesPlace {
  std::uint64_t sequence = 0;
  std::array<std::uint8_t, 8> tag{};
  static ChangesPlace behind(std::uint64_t sequence, const RecordId& record);
  friend bool operator==(const ChangesPlace&, const ChangesPlace&) = default;
};

struct ChangesCursor {
  std::array<ChangesPlace, 2> places{};  // by Zone
  ChangesPlace& of(Zone zone) { return places[static_cast<std::size_t>(zone)]; }
  const ChangesPlace& of(Zone zone) const { return places[static_cast<std::size_t>(zone)]; }
  friend bool operator==(const ChangesCursor&, const ChangesCursor&) = default;
};

std::string to_text(const ChangesCursor& cursor);
// Empty when it is none of ours.
std::optional<ChangesCursor> parse_changes_cursor(std::string_view text);

}  // namespace consent::server
