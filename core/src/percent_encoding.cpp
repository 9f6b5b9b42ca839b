#include "percent_encoding.h"

#include "characters.h"

namespace consent {

std::size_t percent_decode(std::string_view text, std::span<char> out) {
  if (out.size() < text.size()) return 0;
  std::size_t size = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char character = text[i];
    if (character == '%' && i + 2 < text.size()) {
      const unsigned high = hex_value(text[i + 1]);
      const unsigned low = hex_value(text[i + 2]);
      if (high < 16 && low < 16) {
        character = static_cast<char>(high << 4 | low);
        i += 2;
      }
    }
    out[size++] = character;
  }
  return size;
}

}  // namespace consent
