#pragma once
// One round of percent-decoding (RFC 3986 section 2.1).

#include <cstddef>
#include <span>
#include <string_view>

namespace consent {

// Decodes what are well-formed triplets and leaves the rest. Writes at most text.size() characters;
// `out` may be the text's own bytes. The number written, or 0 when `out` is too small.
std::size_t percent_decode(std::string_view text, std::span<char> out);

}  // namespace consent
