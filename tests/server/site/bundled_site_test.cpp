#include <algorithm>

#include "consent/ruleset.h"
#include "sample_site.h"
#include "site/notice.h"
#include "support/catch.h"

using namespace consent;
using namespace consent::server;
using namespace consent::server::testing;

TEST_CASE("The bundled site policy is correct and version 3 is in force since 2026-04-01") {
  const SitePolicy site = load(std::string(bundled_site_policy()));
  CHECK(site.site == "dialphone.com");
  CHECK(site.origins ==
        std::vector<std::string>{"https://dialphone.com", "https://www.dialphone.com"});
  CHECK(site.in_force(at("2026-03-31T23:59:59.999Z")).version == 2);
  CHECK(site.in_force(at("2026-04-01T00:00:00Z")).version == 3);
  CHECK(site.upcoming(at("2026-11-23T00:00:00Z")) == nullptr);
  const PolicyInForce reduced = site.reduced(at("2026-11-23T00:00:00Z"));
  CHECK(reduced.version == 3);
  CHECK(reduced.material_since == std::array<PolicyVersion, kPurposes>{1, 3, 2});
}

TEST_CASE("The bundled texts speak six languages, each in its own words") {
  const SitePolicy site = load(std::string(bundled_site_policy()));
  for (const char* language : {"en", "de", "fr", "es", "it", "nl"}) {
    CAPTURE(language);
    REQUIRE(site.text.contains(language));
    const auto& text = site.text.at(language);
    if (std::string_view(language) != "en") CHECK(text.at("body") != site.text.at("en").at("body"));
    CHECK(choose_language(site, language) == language);
  }
}

TEST_CASE(
    "Accepting and refusing are worded alike: neither is longer, louder or a question of guilt") {
  const SitePolicy site = load(std::string(bundled_site_policy()));
  for (const auto& [language, text] : site.text) {
    CAPTURE(language);
    const std::string& accept = text.at("accept_all");
    const std::string& reject = text.at("reject_all");
    const auto difference = static_cast<long>(accept.size()) - static_cast<long>(reject.size());
    CHECK(std::abs(difference) <= 4);
    for (const auto& [key, words] : text) {
      CAPTURE(key);
      CHECK(words.find('!') == std::string::npos);
      CHECK(std::none_of(words.begin(), words.end(), [](char c) { return c == '<' || c == '>'; }));
    }
  }
}
