#include "consent/log_tile.h"

#include "characters.h"
#include "consent/merkle.h"

namespace consent {
namespace {

constexpr std::size_t kGroupDigits = 3;
constexpr std::size_t kNumberGroupsMax = 6;

// All of `text` as a number, without leading zeros; empty above `max`.
std::optional<std::uint64_t> parse_decimal(std::string_view text, std::uint64_t max) {
  if (text.empty() || (text.front() == '0' && text.size() > 1)) return std::nullopt;
  std::uint64_t number = 0;
  for (const char c : text) {
    if (!is_digit(c)) return std::nullopt;
    number = number * 10 + static_cast<unsigned>(c - '0');
    if (number > max) return std::nullopt;
  }
  return number;
}

// Groups of three digits, all but the last behind an x; the first of several is not 000.
std::optional<std::uint64_t> parse_groups(std::string_view text) {
  std::uint64_t number = 0;
  for (std::size_t group = 0; group < kNumberGroupsMax; ++group) {
    const bool more = !text.empty() && text.front() == 'x';
    if (more) text.remove_prefix(1);
    if (text.size() < kGroupDigits) return std::nullopt;
    for (std::size_t i = 0; i < kGroupDigits; ++i) {
      if (!is_digit(text[i])) return std::nullopt;
      number = number * 10 + static_cast<unsigned>(text[i] - '0');
    }
    text.remove_prefix(kGroupDigits);
    if (!more) return text.empty() ? std::optional(number) : std::nullopt;
    if (number == 0 || text.empty() || text.front() != '/') return std::nullopt;
    text.remove_prefix(1);
  }
  return std::nullopt;
}

}  // namespace

std::optional<LogTile> parse_tile_path(std::string_view path) {
  const std::size_t slash = path.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  LogTile tile;
  const std::string_view level = slice(path, 0, slash);
  tile.bundle = level == "entries";
  if (!tile.bundle) {
    const std::optional<std::uint64_t> number = parse_decimal(level, kTileLevelMax);
    if (!number) return std::nullopt;
    tile.level = static_cast<std::uint8_t>(*number);
  }
  std::string_view rest = slice(path, slash + 1, path.size());
  const std::size_t partial = rest.find(".p/");
  if (partial != std::string_view::npos) {
    const auto width = parse_decimal(slice(rest, partial + 3, rest.size()), kTileWidth - 1);
    if (!width || *width == 0) return std::nullopt;
    tile.width = static_cast<std::uint16_t>(*width);
    rest = slice(rest, 0, partial);
  }
  const std::optional<std::uint64_t> number = parse_groups(rest);
  if (!number || *number > kTreeSizeMax) return std::nullopt;
  tile.number = *number;
  return tile;
}

TilePath::TilePath(const LogTile& tile) {
  if (tile.bundle) {
    put("entries");
  } else {
    put_number(tile.level, 1);
  }
  std::uint64_t unit = 1;
  while (tile.number / unit >= 1000) unit *= 1000;
  for (; unit > 0; unit /= 1000) {
    put(unit > 1 ? "/x" : "/");
    put_number(tile.number / unit % 1000, kGroupDigits);
  }
  if (tile.width == kTileWidth) return;
  put(".p/");
  put_number(tile.width, tile.width >= 100 ? 3 : tile.width >= 10 ? 2 : 1);
}

void TilePath::put(std::string_view text) {
  for (const char c : text) text_[size_++] = c;
}

void TilePath::put_number(std::uint64_t number, unsigned digits) {
  for (unsigned i = digits; i > 0; --i) {
    text_[size_ + i - 1] = static_cast<char>('0' + number % 10);
    number /= 10;
  }
  size_ += digits;
}

unsigned tile_width(std::uint8_t level, std::uint64_t number, std::uint64_t size) {
  const std::uint64_t hashes = size >> (kTileHeight * level);
  const std::uint64_t whole = hashes / kTileWidth;
  if (number < whole) return kTileWidth;
  return number == whole ? static_cast<unsigned>(hashes % kTileWidth) : 0;
}

}  // namespace consent
