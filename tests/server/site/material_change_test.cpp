#include "site/material_change.h"

#include "sample_site.h"
#include "support/catch.h"

using namespace consent;
using namespace consent::server;
using namespace consent::server::testing;

namespace {

PolicyVersion since(const SitePolicy& site, Purpose purpose, std::string_view now) {
  return site.reduced(at(now)).material_since[static_cast<std::size_t>(purpose)];
}

}  // namespace

TEST_CASE("The policy in force is the newest that has taken effect") {
  const SitePolicy site = load(sample_site_text());
  CHECK(site.in_force(at("2025-01-31T00:00:00Z")).version == 1);
  CHECK(site.in_force(at("2025-06-30T23:59:59.999Z")).version == 1);
  CHECK(site.in_force(at("2025-07-01T00:00:00Z")).version == 2);
  CHECK(site.in_force(at("2030-01-01T00:00:00Z")).version == 5);
  REQUIRE(site.upcoming(at("2025-07-01T00:00:00Z")) != nullptr);
  CHECK(site.upcoming(at("2025-07-01T00:00:00Z"))->version == 5);
  CHECK(site.upcoming(at("2026-02-01T00:00:00Z")) == nullptr);
  CHECK(site.find(2)->version == 2);
  CHECK(site.find(3) == nullptr);
}

TEST_CASE("A changed recipient is material from its version on, for its purpose only") {
  const SitePolicy site = load(sample_site_text());
  CHECK(since(site, Purpose::analytics, "2025-03-01T00:00:00Z") == 1);
  CHECK(since(site, Purpose::analytics, "2025-08-01T00:00:00Z") == 2);
  CHECK(since(site, Purpose::analytics, "2026-02-01T00:00:00Z") == 2);
  CHECK(since(site, Purpose::essential, "2026-02-01T00:00:00Z") == 1);
  CHECK(since(site, Purpose::marketing, "2026-02-01T00:00:00Z") == 0);
  CHECK(site.reduced(at("2026-02-01T00:00:00Z")).version == 5);
}

TEST_CASE("Going back to an older recipient does not revive consent given under it") {
  std::string text = sample_site_text();
  const std::size_t last = text.rfind("Beta Ltd");
  text.replace(last, 8, "Alpha Ltd");
  text = with(text, "2026-01-02T00:00:00Z", "2026-02-02T00:00:00Z");
  const SitePolicy site = load(text);
  CHECK(since(site, Purpose::analytics, "2026-03-01T00:00:00Z") == 5);
}

TEST_CASE("What makes two versions disagree") {
  const SitePolicy site = load(sample_site_text());
  const PolicyText& before = site.policies[1];
  PolicyText after = before;
  CHECK_FALSE(is_material_change(before, after));

  after.purposes[1].name["en"] = "Measuring";
  after.purposes[1].description["en"] = "Other words.";
  after.purposes[1].cookies.clear();
  after.purposes[1].services[0].name = "New product name";
  CHECK_FALSE(is_material_change(before, after));

  PolicyText controller = before;
  controller.controller = "Other Ltd";
  CHECK(is_material_change(before, controller));
  PolicyText basis = before;
  basis.purposes[0].legal_basis = "legitimate_interests";
  CHECK(is_material_change(before, basis));
  CHECK(agree_on(before, basis, Purpose::analytics));
  PolicyText country = before;
  country.purposes[1].services[0].country = "US";
  CHECK(is_material_change(before, country));
  PolicyText added = before;
  added.purposes.push_back(before.purposes[1]);
  added.purposes.back().purpose = Purpose::marketing;
  CHECK(is_material_change(before, added));
  PolicyText removed = before;
  removed.purposes.pop_back();
  CHECK_FALSE(is_material_change(before, removed));
}

TEST_CASE("Recipients are a set: their order does not matter") {
  const SitePolicy site = load(sample_site_text());
  PolicyText a = site.policies[0];
  a.purposes[1].services.push_back({"second", "Second", "Second Ltd", "DE"});
  PolicyText b = a;
  std::swap(b.purposes[1].services[0], b.purposes[1].services[1]);
  CHECK_FALSE(is_material_change(a, b));
}
