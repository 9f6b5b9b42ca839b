#include "site/preferences_page.h"

#include "formats/html_text.h"
#include "handlers/preferences.h"
#include "sample_site.h"
#include "support/catch.h"

using namespace consent;
using namespace consent::server;
using namespace consent::server::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

PreferencesPage page_of(const SitePolicy& site, const std::string& language) {
  return {.policy = site.policies.back(),
          .text = site.text.at(language),
          .site = site.site,
          .language = language,
          .notice = "sha256:00",
          .ticket = "ticket.mac",
          .event = "01976b2e-7c00-7000-8000-000000000000",
          .return_path = "/pricing?a=1&b=2",
          .allowed = {true, false, false},
          .gpc = false,
          .can_withdraw = false};
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

}  // namespace

TEST_CASE("HTML is escaped for content and attributes") {
  CHECK(escape_html(R"(<a href="x" title='y'>&amp;</a>)") ==
        "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;");
}

TEST_CASE("No text of the site or the request becomes markup") {
  const std::string evil = R"(\"><script>alert('x')</script>)";
  std::string text = sample_site_text();
  for (const char* victim :
       {"en preferences_title", "en save", "en cookie_name", "en basis_consent"}) {
    text = with(text, victim, evil);
  }
  SitePolicy site = load(text);
  PolicyText& policy = site.policies.back();
  policy.controller = "<script>";
  policy.purposes[1].name["en"] = "<script>";
  policy.purposes[1].description["en"] = "\"><script>";
  policy.purposes[1].services[0].recipient = "<script>";
  policy.purposes[1].cookies[0].provider = "<script>";
  PreferencesPage page = page_of(site, "en");
  page.ticket = "\"><script>";
  page.return_path = "/\"><script>";
  const std::string html = render(page);
  CHECK(html.find("<script") == std::string::npos);
  CHECK(count(html, "&lt;script&gt;") >= 9);
}

TEST_CASE("The form carries what a decision needs") {
  const SitePolicy site = load(sample_site_text());
  const std::string html = render(page_of(site, "de"));
  CHECK_THAT(html, ContainsSubstring("<html lang=\"de\" dir=\"ltr\">"));
  CHECK_THAT(html, ContainsSubstring("<form method=\"post\" action=\"/v1/consents\""));
  for (const char* field :
       {R"(name="site" value="example.com")", R"(name="policy" value="5")",
        R"(name="notice" value="sha256:00")", R"(name="ticket" value="ticket.mac")",
        R"(name="event" value="01976b2e-7c00-7000-8000-000000000000")",
        R"(name="language" value="de")", R"(name="return" value="/pricing?a=1&amp;b=2")"}) {
    CHECK_THAT(html, ContainsSubstring(field));
  }
  CHECK_THAT(html, ContainsSubstring(R"(name="choices.analytics" value="granted")"));
  CHECK(html.find("choices.essential") == std::string::npos);
  CHECK(html.find(" checked") == std::string::npos);
}

TEST_CASE("Accept, reject and save are the same control, and nothing distinguishes one of them") {
  const SitePolicy site = load(sample_site_text());
  PreferencesPage page = page_of(site, "en");
  CHECK(count(render(page), "<button type=\"submit\" name=\"action\" value=\"") == 3);
  CHECK(count(render(page), "<button") == 3);
  CHECK(count(render(page), "button{") == 1);
  CHECK(count(render(page), "button:") + count(render(page), "button[") == 0);
  CHECK(render(page).find("value=\"withdraw\"") == std::string::npos);
  page.can_withdraw = true;
  CHECK_THAT(render(page), ContainsSubstring("value=\"withdraw\""));
}

TEST_CASE("The page runs in the direction of its language") {
  const SitePolicy site = load(std::string(bundled_site_policy()));
  CHECK_THAT(render(page_of(site, "ar")), ContainsSubstring("<html lang=\"ar\" dir=\"rtl\">"));
  CHECK_THAT(render(page_of(site, "he")), ContainsSubstring("<html lang=\"he\" dir=\"rtl\">"));
  CHECK_THAT(render(page_of(site, "he")),
             ContainsSubstring("<bdi dir=\"ltr\">__Host-dp_consent</bdi>"));
  CHECK_THAT(render(page_of(site, "ja")), ContainsSubstring("<html lang=\"ja\" dir=\"ltr\">"));
}

TEST_CASE("No slot of a text is left open on the page, in any language") {
  const SitePolicy site = load(std::string(bundled_site_policy()));
  for (const auto& [language, unused] : site.text) {
    CAPTURE(language);
    const std::string html = render(page_of(site, language));
    const std::string body = html.substr(html.find("</style>"));
    CHECK(body.find_first_of("{}") == std::string::npos);
    CHECK_THAT(body, ContainsSubstring("DialPhone, Inc."));
  }
}

TEST_CASE("The page shows what may run now, and an honoured signal") {
  const SitePolicy site = load(sample_site_text());
  PreferencesPage page = page_of(site, "en");
  CHECK(render(page).find("en gpc_honoured") == std::string::npos);
  page.allowed[1] = true;
  page.gpc = true;
  CHECK(count(render(page), " checked") == 1);
  CHECK_THAT(render(page), ContainsSubstring("role=\"status\">en gpc_honoured"));
  CHECK(render(page).find("en saved") == std::string::npos);
  page.saved = true;
  CHECK_THAT(render(page), ContainsSubstring("role=\"status\">en saved"));
}

TEST_CASE("The style block is the one the policy names") {
  CHECK_THAT(std::string(preferences_style_source()), Catch::Matchers::StartsWith("'sha256-"));
  CHECK(preferences_style_source().size() == 8 + 44 + 1);
}

TEST_CASE("A form leads back to a path of this site only") {
  for (const char* good : {"/", "/pricing", "/a?b=c&d=%20#e"})
    CHECK(safe_return_path(good) == good);
  for (const std::string bad :
       {"", "pricing", "//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nb",
        "/a b", "/\xc3\xa4", "javascript:alert(1)"}) {
    CAPTURE(bad);
    CHECK(safe_return_path(bad) == "/v1/preferences");
  }
  CHECK(safe_return_path('/' + std::string(600, 'a')) == "/v1/preferences");
}
