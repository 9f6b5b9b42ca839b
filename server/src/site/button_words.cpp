#include "site/button_words.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace consent::server {
namespace {

// Blanks, fillers, and what joins, separates or turns other characters: first and last of each.
constexpr std::array<std::pair<char32_t, char32_t>, 12> kUnseen = {{
    {0x0000, 0x0020},
    {0x007f, 0x00a0},
    {0x00ad, 0x00ad},
    {0x034f, 0x034f},
    {0x115f, 0x1160},
    {0x2000, 0x200f},
    {0x2028, 0x202f},
    {0x205f, 0x206f},
    {0x2800, 0x2800},
    {0x3000, 0x3000},
    {0xfe00, 0xfe0f},
    {0xfeff, 0xfeff},
}};

bool is_seen(char32_t character) {
  return std::none_of(kUnseen.begin(), kUnseen.end(), [&](const auto& range) {
    return character >= range.first && character <= range.second;
  });
}

std::size_t letters_of(std::string_view text) {
  std::size_t letters = 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    char32_t character = length == 1 ? lead : lead & (0x7fU >> length);
    for (std::size_t j = 1; j < length && i + j < text.size(); ++j) {
      character = character << 6U | (static_cast<unsigned char>(text[i + j]) & 0x3fU);
    }
    if (is_seen(character)) ++letters;
    i += length;
  }
  return letters;
}

}  // namespace

std::string unequal_buttons(std::string_view accept, std::string_view reject) {
  if (accept == reject) return "is the same as accept_all";
  const auto [shorter, longer] = std::minmax({letters_of(accept), letters_of(reject)});
  if (shorter != 0 && shorter * 10 >= longer * 6) return "";
  return "has " + std::to_string(letters_of(reject)) + " letters and accept_all " +
         std::to_string(letters_of(accept)) +
         ": the shorter must have at least 60 % of the longer, so that neither weighs more";
}

}  // namespace consent::server
