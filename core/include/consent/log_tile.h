#pragma once
// Which hashes of a tree are in which tile, and what a tile is called (C2SP tlog-tiles). A tile is
// 256 hashes of one level, every eighth level has tiles; the last one of a level may be partial.
// A bundle is the 256 entries under a tile of level 0.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace consent {

inline constexpr unsigned kTileHeight = 8;
inline constexpr unsigned kTileWidth = 256;
inline constexpr unsigned kTileLevelMax = 6;  // of a tree of kTreeSizeMax leaves

struct LogTile {
  bool bundle = false;     // of entries; then the level is 0
  std::uint8_t level = 0;  // hashes of level * 8 of the tree
  std::uint64_t number = 0;
  std::uint16_t width = kTileWidth;  // 1 to 255 when partial
  bool operator==(const LogTile&) const = default;
};

// "0/x001/x234/067", "1/000.p/3", "entries/000": what follows "tile/" in a path. Empty for
// everything that is not written exactly so, and for levels no tree of ours has.
std::optional<LogTile> parse_tile_path(std::string_view path);

class TilePath {
 public:
  explicit TilePath(const LogTile& tile);
  std::string_view view() const { return {text_.data(), size_}; }

 private:
  void put(std::string_view text);
  void put_number(std::uint64_t number, unsigned digits);
  std::array<char, 64> text_{};
  std::size_t size_ = 0;
};

// How many hashes that tile has in a tree of `size` leaves: 0 to 256.
unsigned tile_width(std::uint8_t level, std::uint64_t number, std::uint64_t size);

}  // namespace consent
