#include "consent/log_leaf.h"

namespace consent {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::array<std::string_view, kLogKinds> kKindTexts = {
    "record",        "erased",       "notice",   "key",       "hold",    "policy", "certificate",
    "configuration", "banner_build", "refusals", "retention", "request", "copy"};

template <std::size_t N>
void put(std::uint8_t*& out, const std::array<std::uint8_t, N>& bytes) {
  for (const std::uint8_t byte : bytes) *out++ = byte;
}

template <std::size_t N>
void take(const std::uint8_t*& in, std::array<std::uint8_t, N>& bytes) {
  for (std::uint8_t& byte : bytes) byte = *in++;
}

}  // namespace

std::string_view to_text(LogKind kind) { return kKindTexts[static_cast<std::size_t>(kind)]; }

std::array<std::uint8_t, kLeafHeadBytes> encode_head(const LogLeaf& entry) {
  std::array<std::uint8_t, kLeafHeadBytes> head{};
  std::uint8_t* out = head.data();
  *out++ = kVersion;
  *out++ = static_cast<std::uint8_t>(entry.kind);
  const auto time = static_cast<std::uint64_t>(entry.time_ms);
  for (int shift = 56; shift >= 0; shift -= 8) *out++ = static_cast<std::uint8_t>(time >> shift);
  put(out, entry.id);
  put(out, entry.commitment);
  put(out, entry.content);
  return head;
}

std::optional<LogLeaf> decode_leaf(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < kLeafHeadBytes || bytes.size() > kLeafHeadBytes + kLeafDetailBytesMax) {
    return std::nullopt;
  }
  const std::uint8_t* in = bytes.data();
  if (*in++ != kVersion) return std::nullopt;
  const std::uint8_t kind = *in++;
  if (kind >= kLogKinds) return std::nullopt;
  LogLeaf entry;
  entry.kind = static_cast<LogKind>(kind);
  std::uint64_t time = 0;
  for (int i = 0; i < 8; ++i) time = time << 8 | *in++;
  entry.time_ms = static_cast<std::int64_t>(time);
  if (entry.time_ms < 0) return std::nullopt;
  take(in, entry.id);
  take(in, entry.commitment);
  take(in, entry.content);
  const std::size_t detail = bytes.size() - kLeafHeadBytes;
  if (detail > 0 && !may_have_detail(entry.kind)) return std::nullopt;
  // char may alias any bytes.
  if (detail > 0) entry.detail = {reinterpret_cast<const char*>(in), detail};
  return entry;
}

}  // namespace consent
