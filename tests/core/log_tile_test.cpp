#include "consent/log_tile.h"

#include <string>

#include "support/catch.h"

using namespace consent;

namespace {

std::string written(const LogTile& tile) { return std::string(TilePath(tile).view()); }

LogTile hashes(std::uint8_t level, std::uint64_t number, std::uint16_t width = kTileWidth) {
  return {.bundle = false, .level = level, .number = number, .width = width};
}

LogTile entries(std::uint64_t number, std::uint16_t width = kTileWidth) {
  return {.bundle = true, .level = 0, .number = number, .width = width};
}

}  // namespace

TEST_CASE("tile paths are those of C2SP tlog-tiles, there and back") {
  for (const auto& [text, tile] : {std::pair{"0/x001/x234/067", hashes(0, 1'234'067)},
                                   {"0/000", hashes(0, 0)},
                                   {"0/999", hashes(0, 999)},
                                   {"0/x001/000", hashes(0, 1000)},
                                   {"1/x123/456.p/7", hashes(1, 123'456, 7)},
                                   {"2/000.p/255", hashes(2, 0, 255)},
                                   {"5/001.p/10", hashes(5, 1, 10)},
                                   {"entries/000", entries(0)},
                                   {"entries/x001/000.p/1", entries(1000, 1)},
                                   {"entries/x010/x000/001", entries(10'000'001)}}) {
    CHECK(written(tile) == text);
    CHECK(parse_tile_path(text) == tile);
  }
}

TEST_CASE("every other way to write a tile path is refused") {
  for (const char* text : {"",
                           "/",
                           "0",
                           "0/",
                           "/000",
                           "0/0",
                           "0/00",
                           "0/0000",
                           "0/x000/001",
                           "0/x000/000",
                           "0/001/002",
                           "0/x001",
                           "0/x001/",
                           "0/x001/x002",
                           "0/X001/000",
                           "00/000",
                           "01/000",
                           "7/000",
                           "-1/000",
                           "+1/000",
                           "0/000.p",
                           "0/000.p/",
                           "0/000.p/0",
                           "0/000.p/256",
                           "0/000.p/01",
                           "0/000.p/1/",
                           "0/000.p/1.p/1",
                           "0/000.P/1",
                           "0/000 ",
                           " 0/000",
                           "entries",
                           "entries/",
                           "entries/0",
                           "Entries/000",
                           "entries/000/",
                           "0/x999/x999/x999/x999/x999/x999/999",
                           "0/x999/x999/x999/x999/x999/999"}) {
    INFO(text);
    CHECK_FALSE(parse_tile_path(text));
  }
}

TEST_CASE("a tile is as wide as the tree has hashes for it") {
  CHECK(tile_width(0, 0, 0) == 0);
  CHECK(tile_width(0, 0, 1) == 1);
  CHECK(tile_width(0, 0, 255) == 255);
  CHECK(tile_width(0, 0, 256) == 256);
  CHECK(tile_width(0, 1, 256) == 0);
  CHECK(tile_width(0, 1, 257) == 1);
  CHECK(tile_width(1, 0, 255) == 0);
  CHECK(tile_width(1, 0, 70'000) == 256);
  CHECK(tile_width(1, 1, 70'000) == 17);
  CHECK(tile_width(2, 0, 70'000) == 1);
  CHECK(tile_width(3, 0, 70'000) == 0);
  CHECK(tile_width(6, 0, (std::uint64_t{1} << 53) - 1) == 31);
}
