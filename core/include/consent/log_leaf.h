#pragma once
// One entry of the transparency log: that something happened, when, and what commits to it. Its
// bytes are what the tree's leaves are the hashes of. Nothing of a person is in it: of a record
// only a commitment that cannot be opened without its nonce.
//
//   0   version  1 byte    1
//   1   kind     1 byte
//   2   time     8 bytes   milliseconds since 1970, big-endian; the service's clock, informative
//  10   id       16 bytes  UUIDv7 of the record (a copied one's own) or request, or of the entry
//  26   commitment  32 bytes  HMAC-SHA-256 of a record, a copy, a request or a day's counts, under
//                          a nonce; else zeros
//  58   content  32 bytes  SHA-256 of the stored ciphertext; else of what is public
//  90   detail   UTF-8 to the end; says what is public

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace consent {

// Numbers are part of the format and never reused.
enum class LogKind : std::uint8_t {
  record = 0,         // a decision, or a right exercised: restriction, objection, release
  erased = 1,         // a subject's keys and payloads were destroyed
  notice = 2,         // a notice is kept from now on
  key = 3,            // a key is in use from now on
  hold = 4,           // a subject's legal hold began or ended
  policy = 5,         // a version of the site's promises
  certificate = 6,    // of an erasure
  configuration = 7,  // what the service was started with
  banner_build = 8,   // the files visitors' browsers load
  refusals = 9,       // how many refused on a day that is over, as a commitment
  retention = 10,     // entries whose period is over are destroyed: their hashes stay
  request = 11,       // a data subject's request was registered or changed; all zeros: removed
  copy = 12,          // a record of another zone is copied here; all zeros: the copy is destroyed
};
inline constexpr std::uint8_t kLogKinds = 13;
std::string_view to_text(LogKind kind);

// Nothing of these is public but hashes.
constexpr bool is_personal(LogKind kind) {
  return kind == LogKind::record || kind == LogKind::erased || kind == LogKind::hold ||
         kind == LogKind::request || kind == LogKind::copy;
}
// Of those that are personal a copy alone has one, "eu 12": the record's zone and sequence there.
constexpr bool may_have_detail(LogKind kind) { return !is_personal(kind) || kind == LogKind::copy; }

using LogHash = std::array<std::uint8_t, 32>;

struct LogLeaf {
  LogKind kind = LogKind::record;
  std::int64_t time_ms = 0;
  std::array<std::uint8_t, 16> id{};
  LogHash commitment{};
  LogHash content{};
  std::string_view detail;  // borrowed

  bool operator==(const LogLeaf&) const = default;
};

inline constexpr std::size_t kLeafHeadBytes = 90;
inline constexpr std::size_t kLeafDetailBytesMax = 32768;

// The entry without its detail, which follows as it is.
std::array<std::uint8_t, kLeafHeadBytes> encode_head(const LogLeaf& entry);

// Empty for another version, an unknown kind, a detail where none may be, and every wrong length.
// The detail points into `bytes`.
std::optional<LogLeaf> decode_leaf(std::span<const std::uint8_t> bytes);

}  // namespace consent
