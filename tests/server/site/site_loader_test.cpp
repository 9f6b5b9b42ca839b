#include <algorithm>
#include <set>

#include "sample_site.h"
#include "site/notice.h"
#include "support/catch.h"

using namespace consent::server;
using namespace consent::server::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

struct Mistake {
  std::string from;
  std::string to;
  std::string pointer;
  std::string detail;
};

// The line and column in `text` where `mark` stands.
std::pair<std::size_t, std::size_t> place_of(const std::string& text, const std::string& mark) {
  const std::size_t offset = text.find(mark);
  const auto line =
      std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(offset), '\n');
  return {static_cast<std::size_t>(line) + 1, offset - (text.rfind('\n', offset) + 1) + 1};
}

const std::vector<Mistake>& mistakes() {
  static const std::vector<Mistake> kMistakes = {
      {R"("example.com",)", R"("Example.com",)", "/site", "host name in lower case"},
      {R"("example.com",)", R"("example.com", "replication": true,)", "/replication",
       "must be an object"},
      {R"("example.com",)", R"("example.com", "replication": {"from": "eu"},)", "/replication/to",
       "is missing"},
      {R"("example.com",)", R"("example.com", "replication": {"from": "eu", "to": "uk"},)",
       "/replication/to", "must be eu or us"},
      {R"("example.com",)", R"("example.com", "replication": {"from": "us", "to": "us"},)",
       "/replication/to", "must be another zone than from"},
      {R"("example.com",)",
       R"("example.com", "replication": {"from": "eu", "to": "us", "site": "x"},)",
       "/replication/site", "not a known member"},
      {R"("example.com",)", R"(7,)", "/site", "must be a string"},
      {R"("https://example.com"])", R"("https://example.com/"])", "/origins/0",
       "scheme, host and port"},
      {R"("https://example.com"])", R"("http://example.com"])", "/origins/0", "must be https"},
      {R"("https://example.com"])", R"("*"])", "/origins/0", "scheme, host and port"},
      {R"("https://example.com"])", R"("https://example.com:0"])", "/origins/0",
       "scheme, host and port"},
      {R"("https://example.com"])", R"("https://example.com:"])", "/origins/0",
       "scheme, host and port"},
      {R"("https://example.com"])", R"("https://example.com:65536"])", "/origins/0",
       "scheme, host and port"},
      {R"("https://example.com"])", R"("https://example.com:443"])", "/origins/0",
       "must not name the scheme's own port"},
      {R"("https://example.com"])", R"("http://localhost:80"])", "/origins/0",
       "must not name the scheme's own port"},
      {R"("https://example.com"])", R"("https://user@example.com"])", "/origins/0",
       "scheme, host and port"},
      {R"("https://example.com"])", R"(7])", "/origins/0", "must be a string"},
      {R"(["https://example.com"])", R"([])", "/origins", "at least one origin"},
      {R"("en",
  "pol)",
       R"("fr",
  "pol)",
       "/default_language", "not among the languages offered"},
      {R"("version": 2)", R"("version": 1)", "/policies/1/version", "used twice"},
      {R"(5,
)",
       R"(1,
)",
       "/policies/2/version", "greater than"},
      {R"("version": 2)", R"("version": 0)", "/policies/1/version", "from 1 to 65535"},
      {R"("version": 2)", R"("version": "2")", "/policies/1/version", "must be an integer"},
      {R"("2025-06-01T00:00:00Z")", R"("2025-06-01")", "/policies/1/published_at", "RFC 3339"},
      {R"("2025-07-01T00:00:00Z")", R"("2025-05-31T23:59:59Z")", "/policies/1/effective_at",
       "not be before published_at"},
      {R"("2025-07-01T00:00:00Z")", R"("2025-06-30T23:59:59Z")", "/policies/1/effective_at",
       "30 days"},
      {R"("2026-01-02T00:00:00Z")", R"("2025-07-01T00:00:00Z")", "/policies/2/effective_at",
       "published_at"},
      {R"("Example Ltd",
      "purposes")",
       R"("",
      "purposes")",
       "/policies/0/controller", "must not be empty"},
      {R"("analytics",)", R"("analytcs",)", "/policies/0/purposes/1/id",
       "did you mean \"analytics\"?"},
      {R"("analytics",)", R"("statistics",)", "/policies/0/purposes/1/id",
       "one of essential, analytics, marketing"},
      {R"("analytics", "legal_basis": "consent",)", R"("essential", "legal_basis": "contract",)",
       "/policies/0/purposes/1/id", "listed twice"},
      {R"("contract",)", R"("consent",)", "/policies/0/purposes/0/legal_basis",
       "must not be consent"},
      {R"("consent",)", R"("legitimate_interests",)", "/policies/0/purposes/1/legal_basis",
       "must be consent"},
      {R"("contract",)", R"("contrct",)", "/policies/0/purposes/0/legal_basis",
       "did you mean \"contract\"?"},
      {R"("Notwendig"})", R"(""})", "/policies/0/purposes/0/name/de", "must not be empty"},
      {R"("Notwendig"})", R"("Notwendig", "fr": "x"})", "/policies/0/purposes/0/name/fr",
       "not a known member"},
      {R"("_a", "p)", R"("_ a", "p)", "/policies/0/purposes/1/cookies/0/name", "not a cookie name"},
      {R"("_a", "provider": "example.com", "lifetime": "13 months"})",
       R"("__Host-a", "provider": "example.com", "lifetime": "13 months", "path": "/x"})",
       "/policies/0/purposes/1/cookies/0/name", "__Host-"},
      {R"("_a", )", R"("_a", "kind": "localstorage", )", "/policies/0/purposes/1/cookies/0/kind",
       "did you mean \"local_storage\""},
      {R"("_a", )", R"("_a", "service": "stat", )", "/policies/0/purposes/1/cookies/0/service",
       "did you mean \"stats\""},
      {R"("13 months")", R"("14 months")", "/policies/0/purposes/1/cookies/0/lifetime",
       "at most 13 months"},
      {R"("13 months")", R"("1 day")", "/policies/0/purposes/1/cookies/0/lifetime",
       "number from 2"},
      {R"("IE"})", R"("UK"})", "/policies/0/purposes/0/services/0/country", "ISO 3166-1"},
      {R"("IE"})", R"("ie"})", "/policies/0/purposes/0/services/0/country", "ISO 3166-1"},
      {R"("IE"})", R"("ZZ"})", "/policies/0/purposes/0/services/0/country", "ISO 3166-1"},
      {R"("own", "n)", R"("Own!", "n)", "/policies/0/purposes/0/services/0/id", "a-z"},
      {R"([{"id": "own", "name": "Own", "recipient": "Example Ltd", "country": "IE"}])", "[]",
       "/policies/0/purposes/0/services", "at least one recipient"},
      {R"("en title")", R"("")", "/text/en/title", "must not be empty"},
      {R"("en title")", R"("a\nb")", "/text/en/title", "control characters"},
      {R"("/privacy")", "\"javascript:alert(1)\"", "/text/en/policy_url", "path of the site"},
      {R"("/privacy")", R"("//elsewhere")", "/text/en/policy_url", "path of the site"},
      {R"("{n} days")", R"("days")", "/text/en/lifetime_days", "must hold {n}"},
      {R"("{a} & {b}")", R"("{a} and so on")", "/text/en/list", "must hold {b}"},
      {R"("en controller {controller}")", R"("Responsible:")", "/text/en/controller",
       "must hold {controller}"},
      {R"("en body")", R"("For {porpuses}.")", "/text/en/body", "nothing is put into"},
      {R"("en save")", R"("Save {n}")", "/text/en/save", "nothing is put into"},
      {R"("ltr")", R"("left")", "/text/en/dir", "\"ltr\" or \"rtl\""},
      {R"("de": {
      "dir")",
       R"("DE": {
      "dir")",
       "/text/DE", "capitals"},
      {R"("default_language")", R"("policy_url": "privacy", "default_language")", "/policy_url",
       "path of the site"},
      {R"("default_language")", R"("languages": ["en", "de", "fr"], "default_language")",
       "/languages/2", "needs policy_url"},
      {R"("default_language")", R"("languages": ["en", "de", "ca"], "default_language")",
       "/languages/2", "give its texts under /text"},
      {R"("default_language")", R"("languages": ["en", "de", "de"], "default_language")",
       "/languages/2", "listed twice"},
      {R"("default_language")", R"("languages": ["en", "de", 7], "default_language")",
       "/languages/2", "must be a string"},
      {R"("default_language")", R"("languages": ["en"], "default_language")", "/languages",
       "does not list \"de\""},
  };
  return kMistakes;
}

}  // namespace

TEST_CASE("The sample is correct") { CHECK(load(sample_site_text()).policies.size() == 3); }

TEST_CASE("Each mistake is reported where it stands, and alone") {
  for (const Mistake& mistake : mistakes()) {
    const std::string text = with(sample_site_text(), mistake.from, mistake.to);
    const SiteLoad broken = load_site_policy(text);
    CAPTURE(mistake.from, mistake.to);
    REQUIRE(broken.errors.size() == 1);
    CHECK(broken.errors[0].pointer == mistake.pointer);
    CHECK_THAT(broken.errors[0].detail, ContainsSubstring(mistake.detail));
    CHECK(broken.errors[0].line > 0);
    CHECK(broken.errors[0].column > 0);
  }
}

TEST_CASE("A mistake's line and column are those of the value, or of an unknown member's name") {
  const auto expect_at = [](const std::string& text, const std::string& mark) {
    const SiteLoad broken = load_site_policy(text);
    REQUIRE(broken.errors.size() == 1);
    CHECK(std::pair(broken.errors[0].line, broken.errors[0].column) == place_of(text, mark));
  };
  expect_at(with(sample_site_text(), R"("version": 2)", R"("version": -2)"), "-2");
  expect_at(with(sample_site_text(), R"("2025-06-01T00:00:00Z")", R"("soon")"), "\"soon\"");
  expect_at(with(sample_site_text(), R"("controller": "Example Ltd",)",
                 R"("controller": "Example Ltd", "controler": 1,)"),
            "\"controler\"");
  const std::string text = with(sample_site_text(), "      \"policy_url\": \"/privacy\",\n", "");
  const SiteLoad broken = load_site_policy(text);
  REQUIRE(broken.errors.size() == 1);
  CHECK(broken.errors[0].pointer == "/text/en/policy_url");
  CHECK(broken.errors[0].line == place_of(text, "\"en\": {\n").first);
}

TEST_CASE("All mistakes are reported at once, in the order of the file") {
  std::string text = with(sample_site_text(), R"("example.com",)", "1,");
  text = with(text, "\"origins\"", "\"orignis\"");
  text = with(text, R"("country": "IE"})", R"("country": "XX"})");
  text = with(text, "\"de save\"", "\"\"");
  const SiteLoad broken = load_site_policy(text);
  REQUIRE(broken.errors.size() == 5);
  std::set<std::string> pointers;
  for (std::size_t i = 0; i < broken.errors.size(); ++i) {
    pointers.insert(broken.errors[i].pointer);
    if (i > 0) CHECK(broken.errors[i - 1].line <= broken.errors[i].line);
  }
  CHECK(pointers == std::set<std::string>{"/site", "/origins", "/orignis",
                                          "/policies/0/purposes/0/services/0/country",
                                          "/text/de/save"});
}

TEST_CASE("A notice that no banner would read is a mistake of its policy's purposes") {
  const std::string cookie =
      R"({"name": "_a", "provider": "example.com", "lifetime": "13 months"})";
  const auto site_with = [&](int cookies) {
    std::string more = cookie;
    for (int i = 1; i < cookies; ++i) {
      more += "," + with(cookie, "_a", "_a" + std::to_string(i));
    }
    return load_site_policy(with(sample_site_text(), cookie, more));
  };
  const SiteLoad fits = site_with(1'000);
  CHECK(fits.errors.empty());
  CHECK(notice_bytes(fits.policy.policies[0], "en", fits.policy.text.at("en")) < kNoticeBytesMax);
  const SiteLoad broken = site_with(2'000);
  REQUIRE(broken.errors.size() == 1);
  CHECK(broken.errors[0].pointer == "/policies/0/purposes");
  CHECK_THAT(broken.errors[0].detail, ContainsSubstring("name fewer cookies"));
}

TEST_CASE("A site file that is no JSON is one error with its place") {
  const SiteLoad comma = load_site_policy("{\n  \"site\": \"example.com\"\n  \"origins\": []\n}");
  REQUIRE(comma.errors.size() == 1);
  CHECK(comma.errors[0].line == 3);
  CHECK_THAT(comma.errors[0].detail, ContainsSubstring("not JSON"));

  const SiteLoad twice =
      load_site_policy("{\n  \"site\": \"a.example\",\n  \"site\": \"b.example\"\n}");
  REQUIRE(twice.errors.size() == 1);
  CHECK(twice.errors[0].line == 3);
  CHECK(twice.errors[0].column == 3);
  CHECK(twice.errors[0].pointer == "/site");

  CHECK(load_site_policy("").errors.size() == 1);
  CHECK(load_site_policy("[]").errors.front().detail == "must be an object");
}

TEST_CASE("Essential must be there in every version") {
  std::string text = sample_site_text();
  const std::size_t start = text.find("        {\n          \"id\": \"essential\"");
  const std::size_t end = text.find("        {\n          \"id\": \"analytics\"");
  text.erase(start, end - start);
  const SiteLoad broken = load_site_policy(text);
  REQUIRE(broken.errors.size() == 1);
  CHECK(broken.errors[0].pointer == "/policies/0/purposes");
  CHECK_THAT(broken.errors[0].detail, ContainsSubstring("essential"));
}

TEST_CASE("Replication is off unless the site file names two zones, which must be held") {
  CHECK_FALSE(load(sample_site_text()).replication);
  const SitePolicy site =
      load(with(sample_site_text(), R"("example.com",)",
                R"("example.com", "replication": {"from": "us", "to": "eu"},)"));
  REQUIRE(site.replication);
  CHECK(*site.replication == CopyDirection{consent::Zone::us, consent::Zone::eu});
  const std::vector<consent::Zone> both = {consent::Zone::eu, consent::Zone::us};
  CHECK(replication_flaw(site.replication, both).empty());
  CHECK(replication_flaw(std::nullopt, std::span(both).first(1)).empty());
  CHECK_THAT(replication_flaw(site.replication, std::span(both).first(1)),
             ContainsSubstring("zone us is not held"));
  CHECK_THAT(replication_flaw(site.replication, std::span(both).last(1)),
             ContainsSubstring("zone eu is not held"));
}
