#pragma once
// Telling made-up strings (session ids, keys) from words.

#include <cstddef>
#include <string_view>

namespace consent {

inline constexpr std::size_t kRandomBytesMin = 20;

// Whether at least kRandomBytesMin characters in a row, of letters, digits and the signs of base64,
// look drawn at random: letters, digits and capitals alternate inside words, or a word of that
// length has too few vowels. Slugs, CamelCase and long compounds pass as words. Linear.
bool has_random_run(std::string_view text);

// 0 to 63 in base64 or base64url; 64 for anything else.
unsigned base64_value(char character);

}  // namespace consent
