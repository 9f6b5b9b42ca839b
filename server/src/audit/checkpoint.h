#pragma once
// C2SP tlog-checkpoint: what a log says about itself, to be signed as a note:
//   <origin>\n<size, decimal>\n<base64 of the root>\n

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/sha256.h"

namespace consent::server {

struct TreeHead {
  std::uint64_t size = 0;
  Sha256Digest root{};
  bool operator==(const TreeHead&) const = default;
};

struct Checkpoint {
  std::string origin;
  TreeHead head;
  bool operator==(const Checkpoint&) const = default;
};

std::string to_text(const Checkpoint& checkpoint);

// Exactly three lines; lines behind them, which other logs may have, are refused: ours has none.
std::optional<Checkpoint> parse_checkpoint(std::string_view text);

}  // namespace consent::server
