#pragma once
// Validators of cached answers (RFC 9110 8.8.3).

#include <string>
#include <string_view>

namespace consent::server {

// The strong entity tag of these bytes, with its quotes.
std::string entity_tag(std::string_view bytes);

// Whether an If-None-Match field names `tag` (weak comparison) or is "*".
bool names_entity_tag(std::string_view if_none_match, std::string_view tag);

}  // namespace consent::server
