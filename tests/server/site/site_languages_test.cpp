// Which languages a site offers, and whose words each of them is made of.

#include "sample_site.h"
#include "site/notice.h"
#include "site/placeholder.h"
#include "site/site_text.h"
#include "support/catch.h"

using namespace consent::server;
using namespace consent::server::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

// A site that says nothing in words; `members` are more of the file.
std::string silent_site(const std::string& members, const std::string& of_analytics = "") {
  return R"({
  "site": "example.com", "origins": ["https://example.com"], "default_language": "en",)" +
         members + R"(
  "policies": [{
    "version": 1, "published_at": "2026-01-01T00:00:00Z", "effective_at": "2026-01-01T00:00:00Z",
    "controller": "Example Ltd",
    "purposes": [
      {"id": "essential", "legal_basis": "contract", "cookies": [],
       "services": [{"id": "own", "name": "Own", "recipient": "Example Ltd", "country": "IE"}]},
      {"id": "analytics", "legal_basis": "consent",)" +
         of_analytics + R"(
       "cookies": [{"name": "_a", "provider": "example.com", "lifetime": "13 months"}],
       "services": [{"id": "own", "name": "Own", "recipient": "Example Ltd", "country": "IE"}]}
    ]
  }]
})";
}

constexpr const char* kUrl = R"("policy_url": "/privacy",)";

bool is_of_purpose(const std::string& key) {
  return key.ends_with("_description") || (key.ends_with("_name") && key != "cookie_name");
}

std::string all_texts(const std::string& language) {
  std::string json;
  for (const std::string& key : site_text_keys()) {
    if (is_of_purpose(key)) continue;
    json += (json.empty() ? "\"" : ", \"") + key + "\": \"";
    json += key == "dir"                                                ? "rtl"
            : key == "policy_url"                                       ? "/privacy"
            : key == "list"                                             ? "{a}{b}"
            : key == "controller"                                       ? "{controller}"
            : key.starts_with("lifetime_") && key != "lifetime_session" ? "{n}"
                                                                        : language + ' ' + key;
    json += '"';
  }
  return json;
}

std::vector<std::string> languages_of(const SitePolicy& site) {
  std::vector<std::string> languages;
  for (const auto& [language, unused] : site.text) languages.push_back(language);
  return languages;
}

}  // namespace

TEST_CASE("Every translation has every key, and the site's policy_url is not among them") {
  for (const auto& [language, texts] : translations()) {
    CAPTURE(language);
    CHECK(texts.size() == site_text_keys().size() - 1);
    for (const std::string& key : site_text_keys()) {
      CAPTURE(key);
      CHECK(texts.contains(key) == (key != "policy_url"));
    }
  }
}

TEST_CASE("A site that only names its policy's page is told in every language") {
  const SitePolicy site = load(silent_site(kUrl));
  CHECK(site.text.size() == translations().size());
  const NoticeBook book(site);
  for (const auto& [language, texts] : site.text) {
    CAPTURE(language);
    const Notice& notice = book.find(1, language);
    CHECK(notice.text_json.find("{") == 0);
    CHECK(notice.text_json.find("{", 1) == std::string::npos);
    CHECK_THAT(notice.text_json, ContainsSubstring("Example Ltd"));
    CHECK_THAT(notice.text_json, ContainsSubstring(texts.at("analytics_name")));
    CHECK_THAT(notice.purposes_json, ContainsSubstring(texts.at("analytics_description")));
    CHECK_THAT(notice.purposes_json, ContainsSubstring("13"));
  }
  CHECK_THAT(book.find(1, "ar").text_json, ContainsSubstring(R"("dir":"rtl")"));
  CHECK_THAT(book.find(1, "ar").canonical_json, ContainsSubstring(R"("dir":"rtl")"));
  CHECK_THAT(book.find(1, "en").text_json, ContainsSubstring(R"("dir":"ltr")"));
}

TEST_CASE("A site may restrict its languages") {
  const SitePolicy site =
      load(silent_site(std::string(kUrl) + R"("languages": ["en", "pt-BR", "zh-Hans"],)"));
  CHECK(languages_of(site) == std::vector<std::string>{"en", "pt-BR", "zh-Hans"});
  CHECK(choose_language(site, "pt-PT") == "pt-BR");
  CHECK(choose_language(site, "zh-TW") == "en");
}

TEST_CASE("Without a page for its policy a site offers the languages that bring their own") {
  const SitePolicy site = load(silent_site(
      R"("text": {"en": {"policy_url": "/privacy"}, "de": {"policy_url": "/datenschutz"}},)"));
  CHECK(languages_of(site) == std::vector<std::string>{"de", "en"});
  CHECK(site.text.at("de").at("policy_url") == "/datenschutz");

  const SiteLoad nowhere = load_site_policy(silent_site(""));
  REQUIRE_FALSE(nowhere.errors.empty());
  CHECK(nowhere.errors[0].pointer == "/policy_url");
}

TEST_CASE("The site's own words go over the translation's, in their language only") {
  const SitePolicy site = load(silent_site(
      std::string(kUrl) + R"("text": {"de": {"title": "Kekse", "analytics_name": "Messung"}},)"));
  CHECK(site.text.at("de").at("title") == "Kekse");
  CHECK(site.text.at("de").at("save") == translations().at("de").at("save"));
  CHECK(site.text.at("en").at("title") == translations().at("en").at("title"));
  const NoticeBook book(site);
  CHECK_THAT(book.find(1, "de").text_json, ContainsSubstring(": Messung."));
  CHECK_THAT(book.find(1, "de").purposes_json, ContainsSubstring(R"("name":"Messung")"));
}

TEST_CASE("A purpose that speaks some languages is told in general words in the others") {
  const SitePolicy site =
      load(silent_site(kUrl, R"("description": {"en": "Counts calls.", "de": "Zaehlt Anrufe."},)"));
  const NoticeBook book(site);
  CHECK_THAT(book.find(1, "en").purposes_json, ContainsSubstring("Counts calls."));
  CHECK_THAT(book.find(1, "de").purposes_json, ContainsSubstring("Zaehlt Anrufe."));
  for (const auto& [language, texts] : site.text) {
    if (language == "en" || language == "de") continue;
    CAPTURE(language);
    const std::string& json = book.find(1, language).purposes_json;
    CHECK_THAT(json, ContainsSubstring(texts.at("analytics_description")));
    CHECK(json.find("Counts calls.") == std::string::npos);
    CHECK(json.find("Zaehlt Anrufe.") == std::string::npos);
  }
}

TEST_CASE("A site may speak a language that nobody translated, when it says everything") {
  const std::string purposes =
      R"(, "essential_name": "n", "essential_description": "d", "analytics_name": "an",
      "analytics_description": "ad")";
  const auto text = [](const std::string& members) {
    return silent_site(std::string(kUrl) + R"("text": {"fa": {)" + members + "}},");
  };
  const std::string words = all_texts("fa");
  const SitePolicy site = load(text(words + purposes));
  CHECK(choose_language(site, "fa-IR") == "fa");
  CHECK_THAT(NoticeBook(site).find(1, "fa").text_json, ContainsSubstring(R"("dir":"rtl")"));

  const SiteLoad nameless = load_site_policy(text(words));
  REQUIRE(nameless.errors.size() == 4);
  CHECK(nameless.errors[0].pointer == "/policies/0/purposes/0/name");
  CHECK_THAT(nameless.errors[0].detail, ContainsSubstring("\"fa\""));

  const SiteLoad silent = load_site_policy(text(R"("title": "t")" + purposes));
  REQUIRE(silent.errors.size() > 30);
  CHECK(silent.errors[0].pointer == "/text/fa/dir");
  CHECK(silent.errors[0].detail == "is missing");
}

TEST_CASE("A site's own words for accepting and refusing weigh the same") {
  const auto buttons = [](const std::string& words) {
    return load_site_policy(silent_site(std::string(kUrl) + R"("text": {"en": {)" + words + "}},"));
  };
  CHECK(buttons(R"("reject_all": "Refuse all")").errors.empty());
  CHECK(buttons(R"("accept_all": "\u540c\u610f", "reject_all": "\u62d2\u7edd")").errors.empty());
  const auto flaw = GENERATE(values<std::string>({
      R"("reject_all": "Accept all")",
      R"("reject_all": " ")",
      R"("reject_all": "\u200b\u200b\u200b\u200b\u200b\u200b\u200b\u200b\u200b\u200b")",
      R"("reject_all": ".")",
      R"("reject_all": "No, I do not care whether this site gets any better")",
      R"("accept_all": "OK")",
  }));
  const SiteLoad unequal = buttons(flaw);
  REQUIRE(unequal.errors.size() == 1);
  CHECK(unequal.errors[0].pointer == "/text/en/reject_all");
  CHECK_THAT(unequal.errors[0].detail, ContainsSubstring("accept_all"));
}

TEST_CASE("What only the page without script says is in no notice, and need not be brought") {
  CHECK_FALSE(is_notice_text("late"));
  const SitePolicy site = load(silent_site(kUrl));
  CHECK(site.text.at("de").contains("late"));
  CHECK(NoticeBook(site).find(1, "de").text_json.find("\"late\"") == std::string::npos);

  const std::string own = std::string(kUrl) + R"("text": {"de": {"late": "Zu alt."}},)";
  CHECK(load(silent_site(own)).text.at("de").at("late") == "Zu alt.");

  std::string words = all_texts("fa");
  const std::string late = ", \"late\": \"fa late\"";
  REQUIRE(words.find(late) != std::string::npos);
  words.erase(words.find(late), late.size());
  const SiteLoad without =
      load_site_policy(silent_site(std::string(kUrl) + R"("text": {"fa": {)" + words + "}},"));
  for (const SiteError& error : without.errors) CHECK(error.pointer != "/text/fa/late");
}

TEST_CASE("Visitors get the language they ask for, by older names and other regions too") {
  const SitePolicy site = load(silent_site(kUrl));
  const auto [field, expected] = GENERATE(table<std::string, std::string>({
      {"zh-TW,zh;q=0.9,en;q=0.8", "zh-Hant"},
      {"zh-HK", "zh-Hant"},
      {"zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"},
      {"zh-SG", "zh-Hans"},
      {"zh", "zh-Hans"},
      {"zh-Hant-CN", "zh-Hant"},
      {"cmn-TW", "zh-Hant"},
      {"no", "nb"},
      {"no-NO", "nb"},
      {"nb-NO", "nb"},
      {"nn-NO", "nn"},
      {"pt-PT", "pt"},
      {"pt-AO", "pt"},
      {"pt-BR", "pt-BR"},
      {"iw", "he"},
      {"iw-IL", "he"},
      {"mo", "ro"},
      {"de-CH", "de"},
      {"ar-EG", "ar"},
      {"uk-UA", "uk"},
      {"ga-IE", "ga"},
      {"xx-XX", "en"},
      {"tlh, eo;q=0.5", "en"},
      {"nov", "en"},
  }));
  CAPTURE(field);
  CHECK(choose_language(site, field) == expected);
}

TEST_CASE("A written form of Norwegian stands in for the other") {
  const SitePolicy nb = load(silent_site(std::string(kUrl) + R"("languages": ["en", "nb"],)"));
  CHECK(choose_language(nb, "nn-NO") == "nb");
  const SitePolicy nn = load(silent_site(std::string(kUrl) + R"("languages": ["en", "nn"],)"));
  CHECK(choose_language(nn, "no") == "nn");
  CHECK(choose_language(nn, "nb, en") == "nn");
}

TEST_CASE("Slots are filled once, from left to right") {
  CHECK(fill("{a} and {b}", {{"{a}", "{b}"}, {"{b}", "x"}}) == "{b} and x");
  CHECK(fill("{n}{n}{", {{"{n}", "2"}}) == "22{");
  CHECK(fill("", {{"{n}", "2"}}).empty());
}
