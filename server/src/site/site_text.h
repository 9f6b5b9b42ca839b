#pragma once
// The texts a site must bring in every language, and which of them a notice carries.

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wire/json_document.h"

namespace consent::server {

using TextByLanguage = std::map<std::string, std::map<std::string, std::string>>;

inline constexpr std::size_t kTextBytesMax = 2000;

// Keys that words of every language must have.
std::span<const std::string> site_text_keys();
// False for the keys that only word cookie lifetimes.
bool is_notice_text(std::string_view key);

// Not empty, at most kTextBytesMax, no control characters; otherwise what is wrong with it.
std::string_view text_flaw(std::string_view text);

// Reads /text. What is wrong is appended to `errors`.
TextByLanguage read_site_text(const JsonValue& text, std::vector<JsonError>& errors);

}  // namespace consent::server
