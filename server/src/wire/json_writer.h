#pragma once
// JSON out.

#include <string>
#include <string_view>

#include "wire/json_document.h"

namespace consent::server {

// Compact, members in the order given. Text must be UTF-8, numbers finite.
std::string to_json(const JsonValue& value);

// RFC 8785 (JCS): members sorted by UTF-16 code units, so that equal values give equal bytes
// anywhere. Only for trees without non-integer numbers; integers must be within +-2^53.
std::string to_canonical_json(const JsonValue& value);

// Appends a string with its quotes, as both of them write it.
void write_json_text(std::string_view text, std::string& out);

}  // namespace consent::server
