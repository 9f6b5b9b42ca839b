#include "site/site_text.h"

#include <algorithm>

#include "representation/language_tag.h"
#include "site/button_words.h"
#include "site/cookie_lifetime.h"

namespace consent::server {
namespace {

using Texts = std::map<std::string, std::string>;

constexpr std::string_view kPolicyUrl = "policy_url";
constexpr std::string_view kLate = "late";  // of the page without script alone
constexpr std::string_view kLink =
    "must be a path of the site (\"/privacy\") or an https:// address";

// A link a page may carry: a path of the site, or an https address.
bool is_link(std::string_view text) {
  if (text.starts_with("https://")) return text.size() > 8 && text.find(' ') == text.npos;
  return text.starts_with('/') && !text.starts_with("//") && text.find_first_of(" \\") == text.npos;
}

bool is_counted(std::string_view key) {
  return key.starts_with("lifetime_") && key != text_key(LifetimeUnit::session);
}

bool is_purpose_text(std::string_view key) {
  return key.ends_with("_description") || key == "essential_name" || key == "analytics_name" ||
         key == "marketing_name";
}

// A language of the site's own does without.
bool may_be_missing(std::string_view key) { return key == kLate || is_purpose_text(key); }

std::vector<std::string_view> slots_of(std::string_view key) {
  if (is_counted(key)) return {"{n}"};
  if (key == "list") return {"{a}", "{b}"};
  if (key == "controller") return {"{controller}"};
  if (key == "body") return {"{purposes}"};
  return {};
}

// The words without the slots of their key.
std::string without_slots(std::string text, std::string_view key) {
  for (const std::string_view slot : slots_of(key)) {
    const std::size_t at = text.find(slot);
    if (at != text.npos) text.erase(at, slot.size());
  }
  return text;
}

std::string slot_flaw(const std::string& text, std::string_view key) {
  for (const std::string_view slot : slots_of(key)) {
    // A site may name its purposes in its own words.
    if (key != "body" && text.find(slot) == text.npos) {
      return "must hold " + std::string(slot) + ", where the service puts something in";
    }
  }
  const bool stray = without_slots(text, key).find_first_of("{}") != text.npos;
  return stray ? "holds a brace that nothing is put into" : "";
}

void check_text(JsonFields& fields, const std::string& key, const std::string& text) {
  std::string flaw(text_flaw(text));
  if (flaw.empty() && key == kPolicyUrl && !is_link(text)) flaw = kLink;
  if (flaw.empty() && key == "dir" && text != "ltr" && text != "rtl") {
    flaw = "must be \"ltr\" or \"rtl\"";
  }
  if (flaw.empty() && key != kPolicyUrl) flaw = slot_flaw(text, key);
  if (!flaw.empty()) fields.fail(key, std::move(flaw));
}

// What a language has before the site says anything in it.
Texts translated(const std::string& language, const std::string* policy_url) {
  Texts texts;
  const auto found = translations().find(language);
  if (found != translations().end()) texts = found->second;
  if (policy_url != nullptr) texts[std::string(kPolicyUrl)] = *policy_url;
  return texts;
}

// As the translations write it; a tag that none of them has stays as it is.
std::string as_translated(const std::string& tag) {
  const auto found =
      std::find_if(translations().begin(), translations().end(),
                   [&](const auto& one) { return is_same_language_tag(one.first, tag); });
  return found == translations().end() ? tag : found->first;
}

std::string tag_flaw(const std::string& tag) {
  if (!is_language_tag(tag)) return "is not a language tag such as \"de\" or \"pt-BR\"";
  const std::string known = as_translated(tag);
  return known == tag ? "" : "must be written with these capitals: \"" + known + '"';
}

// As the visitor will read them, whoever has written them.
void check_buttons(JsonFields& fields, const Texts& texts) {
  const auto accept = texts.find("accept_all");
  const auto reject = texts.find("reject_all");
  if (accept == texts.end() || reject == texts.end()) return;
  std::string flaw = unequal_buttons(accept->second, reject->second);
  if (!flaw.empty()) fields.fail("reject_all", std::move(flaw));
}

// One language of the member `text`, over what is translated.
Texts read_language(JsonFields& fields, Texts texts) {
  for (const std::string& key : site_text_keys()) {
    const std::string* words = fields.string(key, Presence::optional);
    if (words != nullptr) {
      check_text(fields, key, *words);
      texts[key] = *words;
    } else if (fields.is_object() && !texts.contains(key) && !may_be_missing(key)) {
      fields.fail(key, "is missing");
    }
  }
  fields.refuse_unknown();
  check_buttons(fields, texts);
  return texts;
}

TextByLanguage read_own(JsonFields& root, const std::string* policy_url,
                        std::vector<JsonError>& errors) {
  TextByLanguage own;
  const JsonValue* text = root.object("text", Presence::optional);
  if (text == nullptr) return own;
  JsonFields languages(*text, root.pointer_to("text"), errors);
  for (const JsonMember& member : *text->object()) {
    std::string flaw = tag_flaw(member.name);
    if (!flaw.empty()) languages.fail(member.name, std::move(flaw));
    JsonFields fields(member.value, languages.pointer_to(member.name), errors);
    const std::string language = as_translated(member.name);
    own[language] = read_language(fields, translated(language, policy_url));
  }
  return own;
}

// Keeps of `offered` what the member `languages` lists.
void restrict_to_listed(JsonFields& root, TextByLanguage& offered, const TextByLanguage& own,
                        std::vector<JsonError>& errors) {
  const JsonArray* list = root.array("languages", Presence::optional);
  if (list == nullptr) return;
  if (list->empty()) root.fail("languages", "must list at least one language");
  TextByLanguage kept;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const std::string pointer = root.pointer_to("languages") + '/' + std::to_string(i);
    const std::string* tag = (*list)[i].string();
    std::string flaw = tag == nullptr ? "must be a string" : tag_flaw(*tag);
    if (flaw.empty() && kept.contains(*tag)) flaw = "is listed twice";
    if (flaw.empty() && !offered.contains(*tag)) {
      flaw = translations().contains(*tag) ? "needs policy_url, of the site or under /text"
                                           : "is not translated: give its texts under /text";
    }
    if (!flaw.empty()) errors.push_back({pointer, flaw, (*list)[i].offset()});
    if (tag != nullptr && offered.contains(*tag)) kept[*tag] = offered[*tag];
  }
  for (const auto& [language, texts] : own) {
    if (kept.try_emplace(language, texts).second) {
      root.fail("languages", "does not list \"" + language + "\", which /text has words for");
    }
  }
  offered = std::move(kept);
}

}  // namespace

std::span<const std::string> site_text_keys() {
  static const std::vector<std::string> kKeys = {
      "dir",
      "title",
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
      "late",
      "lifetime_session",
      "lifetime_minutes",
      "lifetime_hours",
      "lifetime_days",
      "lifetime_months",
      "list",
      "essential_name",
      "essential_description",
      "analytics_name",
      "analytics_description",
      "marketing_name",
      "marketing_description",
  };
  return kKeys;
}

bool is_notice_text(std::string_view key) {
  return key != "list" && key != kLate && !key.starts_with("lifetime_") && !is_purpose_text(key);
}

std::string text_key(Purpose purpose, PurposeWords words) {
  return std::string(to_text(purpose)) + (words == PurposeWords::name ? "_name" : "_description");
}

std::string_view text_flaw(std::string_view text) {
  if (text.empty()) return "must not be empty";
  if (text.size() > kTextBytesMax) return "must be at most 2000 bytes long";
  const bool control = std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  return control ? "must not hold control characters or line breaks" : "";
}

TextByLanguage read_site_text(JsonFields& root, std::vector<JsonError>& errors) {
  const std::string* policy_url = root.string(kPolicyUrl, Presence::optional);
  if (policy_url != nullptr) check_text(root, std::string(kPolicyUrl), *policy_url);
  const TextByLanguage own = read_own(root, policy_url, errors);
  TextByLanguage offered = own;
  if (policy_url != nullptr) {
    for (const auto& [language, unused] : translations()) {
      offered.try_emplace(language, translated(language, policy_url));
    }
  }
  if (offered.empty() && root.is_object()) {
    root.fail(kPolicyUrl, "is missing: the page with the site's privacy policy");
  }
  restrict_to_listed(root, offered, own, errors);
  return offered;
}

}  // namespace consent::server
