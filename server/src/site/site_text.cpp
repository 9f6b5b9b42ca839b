#include "site/site_text.h"

#include <algorithm>
#include <array>

#include "language_tag.h"
#include "site/cookie_lifetime.h"
#include "wire/json_fields.h"

namespace consent::server {
namespace {

constexpr std::string_view kLifetimePrefix = "lifetime_";

// A link a page may carry: a path of the site, or an https address.
bool is_link(std::string_view text) {
  if (text.starts_with("https://")) return text.size() > 8 && text.find(' ') == text.npos;
  return text.starts_with('/') && !text.starts_with("//") && text.find_first_of(" \\") == text.npos;
}

void check_text(JsonFields& fields, const std::string& key, const std::string& text) {
  const std::string_view flaw = text_flaw(text);
  if (!flaw.empty()) return fields.fail(key, std::string(flaw));
  if (key == "policy_url" && !is_link(text)) {
    return fields.fail(key, "must be a path of the site (\"/privacy\") or an https:// address");
  }
  const bool counted = key.starts_with(kLifetimePrefix) && key != text_key(LifetimeUnit::session);
  if (counted && text.find("{n}") == std::string::npos) {
    fields.fail(key, "must hold {n} where the number goes, e.g. \"{n} days\"");
  }
}

}  // namespace

std::span<const std::string> site_text_keys() {
  static const std::vector<std::string> kKeys = {"title",
                                                 "body",
                                                 "accept_all",
                                                 "reject_all",
                                                 "settings",
                                                 "save",
                                                 "close",
                                                 "preferences_title",
                                                 "preferences_body",
                                                 "always_on",
                                                 "withdraw",
                                                 "reopen",
                                                 "gpc_honoured",
                                                 "opt_out_title",
                                                 "opt_out_body",
                                                 "opt_out_action",
                                                 "opt_out_done",
                                                 "cookies",
                                                 "cookie_name",
                                                 "cookie_provider",
                                                 "cookie_lifetime",
                                                 "recipients",
                                                 "legal_basis",
                                                 "basis_consent",
                                                 "basis_contract",
                                                 "basis_legitimate_interests",
                                                 "basis_legal_obligation",
                                                 "controller",
                                                 "policy_link",
                                                 "policy_url",
                                                 "pending",
                                                 "saved",
                                                 "lifetime_session",
                                                 "lifetime_minutes",
                                                 "lifetime_hours",
                                                 "lifetime_days",
                                                 "lifetime_months"};
  return kKeys;
}

bool is_notice_text(std::string_view key) { return !key.starts_with(kLifetimePrefix); }

std::string_view text_flaw(std::string_view text) {
  if (text.empty()) return "must not be empty";
  if (text.size() > kTextBytesMax) return "must be at most 2000 bytes long";
  const bool control = std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  return control ? "must not hold control characters or line breaks" : "";
}

TextByLanguage read_site_text(const JsonValue& text, std::vector<JsonError>& errors) {
  TextByLanguage languages;
  JsonFields root(text, "/text", errors);
  if (!root.is_object()) return languages;
  if (text.object()->empty()) root.fail("must hold the texts of at least one language");
  for (const JsonMember& member : *text.object()) {
    if (!is_language_tag(member.name))
      root.fail(member.name, "is not a language tag such as \"de\" or \"pt-BR\"");
    auto& texts = languages[member.name];
    JsonFields fields(member.value, root.pointer_to(member.name), errors);
    for (const std::string& key : site_text_keys()) {
      const std::string* words = fields.string(key);
      if (words == nullptr) continue;
      check_text(fields, key, *words);
      texts[key] = *words;
    }
    fields.refuse_unknown();
  }
  return languages;
}

}  // namespace consent::server
