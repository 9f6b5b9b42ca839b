#pragma once
// The words of a notice in every language offered: the program's translations, and over them the
// site's own.

#include <array>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "consent/policy.h"
#include "site/translations.h"
#include "wire/json_document.h"
#include "wire/json_fields.h"

namespace consent::server {

inline constexpr std::size_t kTextBytesMax = 2000;

// Every key there is.
std::span<const std::string> site_text_keys();
// False for the keys that are only material for other members, lifetimes, purposes, lists, and for
// what the page without script alone says.
bool is_notice_text(std::string_view key);

enum class PurposeWords : std::uint8_t { name, description };
// "analytics_description".
std::string text_key(Purpose purpose, PurposeWords words);

// Not empty, at most kTextBytesMax, no control characters; otherwise what is wrong with it.
std::string_view text_flaw(std::string_view text);

// Reads the members `languages`, `policy_url` and `text` of a site file, each of which may be
// missing. The result holds the languages offered, with the words of each complete: a translated
// language is offered when its policy_url is known, another when the site brings every word; of
// purposes, those the site does not name elsewhere. What is wrong is appended to `errors`.
TextByLanguage read_site_text(JsonFields& root, std::vector<JsonError>& errors);

}  // namespace consent::server
