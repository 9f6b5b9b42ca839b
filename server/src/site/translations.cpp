#include "site/translations.h"

#include <cstdlib>

#include "wire/json_document.h"

namespace consent::server {
namespace {

TextByLanguage read_embedded() {
  TextByLanguage languages;
  for (const auto& [language, json] : embedded_translations()) {
    const JsonParse parse = parse_json(json);
    if (parse.error || parse.value.object() == nullptr) std::abort();
    auto& texts = languages[std::string(language)];
    for (const JsonMember& member : *parse.value.object()) {
      if (member.value.string() == nullptr) std::abort();
      texts[member.name] = *member.value.string();
    }
  }
  return languages;
}

}  // namespace

const TextByLanguage& translations() {
  static const TextByLanguage kTranslations = read_embedded();
  return kTranslations;
}

}  // namespace consent::server
