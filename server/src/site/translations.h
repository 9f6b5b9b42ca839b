#pragma once
// The words that travel inside the program, in every language there is a wasm/translations/ file
// of. A site file overrides them.

#include <map>
#include <span>
#include <string>
#include <string_view>

namespace consent::server {

// Text key -> words, by language tag.
using TextByLanguage = std::map<std::string, std::map<std::string, std::string>>;

// Read once. Every language has every key of site_text_keys() but policy_url, which is the site's.
const TextByLanguage& translations();

struct EmbeddedTranslation {
  std::string_view language;  // the name of the file
  std::string_view json;
};
std::span<const EmbeddedTranslation> embedded_translations();

}  // namespace consent::server
