#pragma once
// The rows of ruleset.inc, packed when compiled into a few hundred bytes without their sources.

#include <cstdint>

#include "consent/ruleset.h"

namespace consent {

inline constexpr unsigned kLetters = 26;
inline constexpr unsigned kLetterPairs = kLetters * kLetters;

// 0 to 675 for two letters 'A'..'Z'; kLetterPairs for anything else.
constexpr unsigned letter_pair(std::string_view text) {
  if (text.size() != 2) return kLetterPairs;
  const unsigned first = static_cast<unsigned char>(text[0]) - unsigned{'A'};
  const unsigned second = static_cast<unsigned char>(text[1]) - unsigned{'A'};
  return first < kLetters && second < kLetters ? first * kLetters + second : kLetterPairs;
}

// Whether the table has a row for the country: ISO 3166-1 and XK.
bool is_listed(CountryCode country);

}  // namespace consent
