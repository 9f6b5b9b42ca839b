#pragma once
// Reads the purposes of one policy version from a site file.

#include <string>
#include <vector>

#include "site/site_policy.h"
#include "site/site_text.h"
#include "wire/json_document.h"

namespace consent::server {

// `pointer` is that of the list. Essential first, each purpose once; what it does not say of itself
// in a language, that language's `texts` say of purposes like it. What is wrong is appended to
// `errors`: unknown or missing purposes, a legal basis the law does not allow for them, cookies
// that outlive 13 months, texts in a language that is not among `texts`, recipients without a
// country.
std::vector<PurposeInfo> read_purposes(const JsonValue& list, const std::string& pointer,
                                       const TextByLanguage& texts, std::vector<JsonError>& errors);

// A host name in lower case: labels of letters, digits and inner hyphens.
bool is_host_name(std::string_view text);

}  // namespace consent::server
