#include "consent/ruleset.h"
#include "sample_site.h"
#include "site/notice.h"
#include "site/translations.h"
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

TEST_CASE("The bundled site speaks every language there is a translation of") {
  const SitePolicy site = load(std::string(bundled_site_policy()));
  CHECK(site.text.size() == translations().size());
  CHECK(site.text.size() >= 36);
  for (const auto& [language, text] : site.text) {
    CAPTURE(language);
    CHECK(choose_language(site, language) == language);
    CHECK(text.at("policy_url") == "/privacy");
    if (language != "en") CHECK(text.at("body") != site.text.at("en").at("body"));
  }
}

TEST_CASE("What the bundled site says itself, it says without shouting or markup") {
  const SitePolicy site = load(std::string(bundled_site_policy()));
  for (const auto& [language, text] : site.text) {
    for (const auto& [key, words] : text) {
      CAPTURE(language, key);
      CHECK(words.find_first_of("!<>") == std::string::npos);
    }
  }
}
