#pragma once
// BCP 47 language tags, as far as this service looks into them.

#include <cstddef>
#include <string_view>

namespace consent::server {

inline constexpr std::size_t kLanguageBytesMax = 35;

// Well-formed enough to be recorded and compared (RFC 4647): a primary subtag of 2 to 8 letters,
// further subtags of 1 to 8 letters or digits, kLanguageBytesMax in all.
bool is_language_tag(std::string_view tag);

// The same tag, whatever its capitals.
bool is_same_language_tag(std::string_view a, std::string_view b);

}  // namespace consent::server
