#include "formats/uuid.h"

#include <span>

#include "crypto/random_pool.h"
#include "formats/hexadecimal.h"

namespace consent::server {
namespace {

constexpr std::size_t kTextBytes = 36;
constexpr std::size_t kHyphens[] = {8, 13, 18, 23};

char lower(char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

Uuid make_uuid_v7(TimePoint now) {
  static thread_local RandomPool pool;
  Uuid uuid = pool.bytes<16>();
  const auto ms = static_cast<std::uint64_t>(now.time_since_epoch().count());
  for (std::size_t i = 0; i < 6; ++i) uuid[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
  uuid[6] = static_cast<std::uint8_t>((uuid[6] & 0x0f) | 0x70);
  uuid[8] = static_cast<std::uint8_t>((uuid[8] & 0x3f) | 0x80);
  return uuid;
}

std::optional<Uuid> parse_uuid_v7(std::string_view text) {
  if (text.size() != kTextBytes) return std::nullopt;
  for (const std::size_t at : kHyphens) {
    if (text[at] != '-') return std::nullopt;
  }
  std::string digits;
  for (const char c : text) {
    if (c != '-') digits += lower(c);
  }
  Uuid uuid{};
  if (!parse_hex(digits, uuid) || (uuid[6] >> 4) != 7 || (uuid[8] >> 6) != 2) return std::nullopt;
  return uuid;
}

std::string to_text(const Uuid& uuid) {
  std::string text = to_hex(uuid);
  for (const std::size_t at : kHyphens) text.insert(at, 1, '-');
  return text;
}

TimePoint time_of(const Uuid& uuid) {
  std::int64_t ms = 0;
  for (std::size_t i = 0; i < 6; ++i) ms = (ms << 8) | uuid[i];
  return TimePoint(std::chrono::milliseconds(ms));
}

}  // namespace consent::server
