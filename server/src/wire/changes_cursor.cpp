#include "wire/changes_cursor.h"

#include <algorithm>

#include "consent/base64url.h"

namespace consent::server {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kPlaceBytes = 16;
using CursorBytes = std::array<std::uint8_t, 1 + 2 * kPlaceBytes>;

}  // namespace

ChangesPlace ChangesPlace::behind(std::uint64_t sequence, const RecordId& record) {
  ChangesPlace place{.sequence = sequence};
  std::copy(record.begin() + 8, record.end(), place.tag.begin());
  return place;
}

std::string to_text(const ChangesCursor& cursor) {
  CursorBytes bytes{kVersion};
  auto* out = bytes.data() + 1;
  for (const ChangesPlace& place : cursor.places) {
    for (int shift = 56; shift >= 0; shift -= 8) {
      *out++ = static_cast<std::uint8_t>(place.sequence >> shift);
    }
    out = std::copy(place.tag.begin(), place.tag.end(), out);
  }
  std::string text(base64url_size(bytes.size()), '\0');
  base64url_encode(bytes, text);
  return text;
}

std::optional<ChangesCursor> parse_changes_cursor(std::string_view text) {
  CursorBytes bytes{};
  if (base64url_decode(text, bytes) != bytes.size() || bytes[0] != kVersion) return std::nullopt;
  ChangesCursor cursor;
  const auto* in = bytes.data() + 1;
  for (ChangesPlace& place : cursor.places) {
    for (int i = 0; i < 8; ++i) place.sequence = place.sequence << 8 | *in++;
    std::copy(in, in + place.tag.size(), place.tag.begin());
    in += place.tag.size();
    if (place.sequence > INT64_MAX) return std::nullopt;
  }
  return cursor;
}

}  // namespace consent::server
