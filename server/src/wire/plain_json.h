#pragma once
// A small JSON text in the form that nearly everybody sends, as a tree, at a third of what the
// library's parser takes for it.

#include <optional>
#include <string_view>

#include "wire/json_document.h"

namespace consent::server {

inline constexpr std::size_t kPlainJsonBytesMax = 16 * 1024;

// Empty for everything else, valid or not: that is the library's to judge. Taken are objects and
// arrays of them, texts of printable ASCII without escapes, whole numbers without sign of at most
// 15 digits, true, false and null, at most eight levels deep and 32 members an object. What is read
// here, the library reads the same.
std::optional<JsonValue> read_plain_json(std::string_view text);

}  // namespace consent::server
