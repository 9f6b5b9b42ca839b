// A site's own rules for regions: what a site file may say, and what comes of it.
#include "sample_site.h"
#include "site/site_rules.h"
#include "support/catch.h"

using namespace consent;
using namespace consent::server;
using namespace consent::server::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string site_with(const std::string& members) {
  return with(sample_site_text(), "  \"default_language\"", members + ",\n  \"default_language\"");
}

std::string site_with_regions(const std::string& rules) {
  return site_with("  \"regions\": [" + rules + "]");
}

struct Flaw {
  std::string rules;
  std::string pointer;
  std::string detail;
};

}  // namespace

TEST_CASE("A site without rules of its own applies the ruleset") {
  const SitePolicy site = load(sample_site_text());
  CHECK(site.regions.empty());
  CHECK_FALSE(site.honour_dnt);
  CHECK_FALSE(SiteRules(site).honours_dnt());
  CHECK(load(site_with("\"honour_dnt\": true")).honour_dnt);
}

TEST_CASE("Rules tighten, and loosen with a named override") {
  const SitePolicy site = load(site_with_regions(
      R"({"region": "US", "model": "opt_in"}, {"region": "US-TX", "model": "opt_out"},
         {"region": "BR", "model": "opt_out", "override": "memo 7"})"));
  REQUIRE(site.regions.size() == 3);
  CHECK(site.regions[2].override_name == "memo 7");
  const SiteRules rules(site);
  const auto applied = [&](const char* code) {
    return rules.regime_of(parse_region(code), at("2026-11-23T10:00:00Z"));
  };
  CHECK(applied("US-CA").regime.model == Model::opt_in);
  CHECK(applied("US-CA").regime.id == RegimeId::us_ca_ccpa);
  CHECK(applied("US-CA").source == RegimeSource::site);
  CHECK(applied("US-TX").regime.model == Model::opt_out);
  CHECK(applied("US-TX").source == RegimeSource::ruleset);
  CHECK(applied("BR").regime.model == Model::opt_out);
  CHECK(applied("BR").source == RegimeSource::site);
  CHECK(applied("DE").source == RegimeSource::ruleset);
  CHECK(applied("").regime == Regime{});
}

TEST_CASE("Each flaw of a rule is reported where it stands, and alone") {
  const std::vector<Flaw> flaws = {
      {R"({"region": "ZZ", "model": "opt_in"})", "/regions/0/region", "ISO 3166-1"},
      {R"({"region": "", "model": "opt_in"})", "/regions/0/region", "ISO 3166-1"},
      {R"({"region": "USA", "model": "opt_in"})", "/regions/0/region", "ISO 3166-1"},
      {R"({"region": "us", "model": "opt_in"})", "/regions/0/region", "written \"US\""},
      {R"({"region": "UK", "model": "opt_in"})", "/regions/0/region", "written \"GB\""},
      {R"({"region": "US-ca", "model": "opt_in"})", "/regions/0/region", "written \"US-CA\""},
      {R"({"region": "TX", "model": "opt_in"})", "/regions/0/region", "did you mean \"US-TX\"?"},
      {R"({"region": "QC", "model": "opt_in"})", "/regions/0/region", "did you mean \"CA-QC\"?"},
      {R"({"region": "US-ZZ", "model": "opt_in"})", "/regions/0/region", "write \"US\""},
      {R"({"region": "DE-BY", "model": "opt_in"})", "/regions/0/region", "write \"DE\""},
      {R"({"region": 7, "model": "opt_in"})", "/regions/0/region", "must be a string"},
      {R"({"model": "opt_in"})", "/regions/0/region", "is missing"},
      {R"({"region": "US"})", "/regions/0/model", "is missing"},
      {R"({"region": "US", "model": "opt-in"})", "/regions/0/model", "\"opt_in\" or \"opt_out\""},
      {R"({"region": "BR", "model": "opt_out"})", "/regions/0/model", "add \"override\""},
      {R"({"region": "CA", "model": "opt_out"})", "/regions/0/model", "add \"override\""},
      {R"({"region": "BR", "model": "opt_out", "override": ""})", "/regions/0/override",
       "must not be empty"},
      {R"({"region": "BR", "model": "opt_out", "override": "a\nb"})", "/regions/0/override",
       "control characters"},
      {R"({"region": "BR", "model": "opt_out", "override": true})", "/regions/0/override",
       "must be a string"},
      {R"({"region": "US", "model": "opt_in", "override": "x"})", "/regions/0/override",
       "only for a rule that says opt_out"},
      {R"({"region": "DE", "model": "opt_out"})", "/regions/0/model", "GDPR"},
      {R"({"region": "DE", "model": "opt_out", "override": "x"})", "/regions/0/model", "GDPR"},
      {R"({"region": "GB", "model": "opt_out", "override": "x"})", "/regions/0/model", "GDPR"},
      {R"({"region": "SJ", "model": "opt_out", "override": "x"})", "/regions/0/model", "GDPR"},
      {R"({"region": "US", "model": "opt_in"}, {"region": "US", "model": "opt_in"})",
       "/regions/1/region", "listed twice"},
      {R"({"region": "US", "model": "opt_in", "mode": 1})", "/regions/0/mode", "not a known"},
      {R"("US")", "/regions/0", "must be an object"},
  };
  for (const Flaw& flaw : flaws) {
    const SiteLoad broken = load_site_policy(site_with_regions(flaw.rules));
    CAPTURE(flaw.rules);
    REQUIRE(broken.errors.size() == 1);
    CHECK(broken.errors[0].pointer == flaw.pointer);
    CHECK_THAT(broken.errors[0].detail, ContainsSubstring(flaw.detail));
    CHECK(broken.errors[0].line == 4);
  }
}

TEST_CASE("A rule or an override that changes nothing is a warning") {
  const std::vector<Flaw> flaws = {
      {R"({"region": "US", "model": "opt_out"})", "/regions/0", "changes nothing"},
      {R"({"region": "DE", "model": "opt_in"})", "/regions/0", "changes nothing"},
      {R"({"region": "US", "model": "opt_in"}, {"region": "US-TX", "model": "opt_in"})",
       "/regions/1", "changes nothing"},
      {R"({"region": "US", "model": "opt_in"},
          {"region": "US-TX", "model": "opt_out", "override": "x"})",
       "/regions/1/override", "not needed"},
  };
  for (const Flaw& flaw : flaws) {
    const SiteLoad loaded = load_site_policy(site_with_regions(flaw.rules));
    CAPTURE(flaw.rules);
    CHECK(loaded.errors.empty());
    REQUIRE(loaded.warnings.size() == 1);
    CHECK(loaded.warnings[0].pointer == flaw.pointer);
    CHECK_THAT(loaded.warnings[0].detail, ContainsSubstring(flaw.detail));
  }
  CHECK(load_site_policy(site_with_regions("")).warnings.empty());
}

TEST_CASE("Regions must be a list and honour_dnt a boolean") {
  for (const char* members : {"\"regions\": {}", "\"honour_dnt\": 1", "\"honour_dnt\": \"true\""}) {
    CAPTURE(members);
    CHECK(load_site_policy(site_with(members)).errors.size() == 1);
  }
}
