#pragma once
// Reads the purposes of one policy version from a site file.

#include <string>
#include <vector>

#include "site/site_policy.h"
#include "site/site_text.h"
#include "wire/json_document.h"

namespace consent::server {

// `pointer` is that of the list. Essential first, each purpose once. What is wrong is appended to
// `errors`: unknown or missing purposes, a legal basis the law does not allow for them, cookies
// that outlive 13 months, texts missing in one of the `texts` languages, recipients without a
// country.
std::vector<PurposeInfo> read_purposes(const JsonValue& list, const std::string& pointer,
                                       const TextByLanguage& texts, std::vector<JsonError>& errors);

// A host name in lower case: labels of letters, digits and inner hyphens.
bool is_host_name(std::string_view text);

}  // namespace consent::server
