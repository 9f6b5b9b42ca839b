#include "visitor/visitor.h"

#include "support/catch.h"
#include "support/fake_clock.h"
#include "support/fixed_region_lookup.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;

namespace {

constexpr const char* kProxy = "10.0.0.2";

Visitor visit(std::string_view peer, http::Fields headers, const SiteRules& rules = {}) {
  FixedRegionLookup lookup;
  lookup.add("192.0.2.0/24", "DE");
  lookup.add("203.0.113.0/24", "US-CA");
  lookup.add("2001:db8::/32", "FR");
  const VisitorResolver resolver(
      lookup, rules, {Cidr::parse("10.0.0.0/8").value(), Cidr::parse("fd00::/8").value()});
  http::Request request;
  request.peer = IpAddress::parse(peer).value();
  request.headers = std::move(headers);
  return resolver.resolve(request, FakeClock().now());
}

std::string region(std::string_view peer, http::Fields headers) {
  return std::string(to_text(visit(peer, std::move(headers)).region).view());
}

}  // namespace

TEST_CASE("The region comes from the right-most address that no trusted proxy has") {
  struct Row {
    const char* peer;
    http::Fields headers;
    const char* region;
  };
  const std::vector<Row> rows = {
      {"192.0.2.1", {}, "DE"},
      {"192.0.2.1", {{"X-Forwarded-For", "203.0.113.1"}}, "DE"},  // not from a trusted proxy
      {"192.0.2.1", {{"Forwarded", "for=203.0.113.1"}}, "DE"},
      {kProxy, {}, ""},
      {kProxy, {{"X-Forwarded-For", "203.0.113.1"}}, "US-CA"},
      {kProxy, {{"x-forwarded-for", "203.0.113.1"}}, "US-CA"},
      {kProxy,
       {{"X-Forwarded-For", "203.0.113.1, 192.0.2.1"}},
       "DE"},  // the left one is the client's word
      {kProxy, {{"X-Forwarded-For", "203.0.113.1, 192.0.2.1, 10.1.1.1"}}, "DE"},
      {kProxy, {{"X-Forwarded-For", "203.0.113.1"}, {"X-Forwarded-For", "192.0.2.1"}}, "DE"},
      {kProxy, {{"X-Forwarded-For", "192.0.2.1, garbage"}}, ""},
      {kProxy, {{"X-Forwarded-For", "garbage, 192.0.2.1"}}, "DE"},
      {kProxy, {{"X-Forwarded-For", ""}}, ""},
      {kProxy, {{"X-Forwarded-For", "2001:db8::7"}}, "FR"},
      {kProxy, {{"X-Forwarded-For", "::ffff:192.0.2.7"}}, "DE"},
      {"fd00::1", {{"X-Forwarded-For", "192.0.2.1"}}, "DE"},
      {kProxy, {{"Forwarded", "for=\"[2001:db8::7]:443\""}}, "FR"},
      {kProxy, {{"Forwarded", "for=203.0.113.1, for=192.0.2.1;proto=https"}}, "DE"},
      {kProxy, {{"Forwarded", "for=_hidden"}}, ""},
      {kProxy, {{"Forwarded", "for=192.0.2.1"}, {"X-Forwarded-For", "192.0.2.1"}}, "DE"},
      {kProxy,
       {{"Forwarded", "for=203.0.113.1"}, {"X-Forwarded-For", "192.0.2.1"}},
       ""},  // one is the client's
      {kProxy, {{"X-Forwarded-For", "192.168.1.1"}}, ""},
      {kProxy, {{"X-Forwarded-For", "198.18.0.1"}}, ""},
  };
  for (const Row& row : rows) {
    INFO(row.peer << " " << (row.headers.empty() ? "" : row.headers[0].second));
    CHECK(region(row.peer, row.headers) == row.region);
  }
}

TEST_CASE("Edge headers override the database, but only from a trusted proxy") {
  const http::Fields german{{"X-Forwarded-For", "192.0.2.1"}};
  const auto with = [&](http::Fields more) {
    http::Fields fields = german;
    fields.insert(fields.end(), more.begin(), more.end());
    return fields;
  };
  CHECK(region(kProxy, with({{"CF-IPCountry", "US"}, {"CF-Region-Code", "TX"}})) == "US-TX");
  CHECK(region(kProxy, with({{"CloudFront-Viewer-Country", "ca"},
                             {"CloudFront-Viewer-Country-Region", "QC"}})) == "CA-QC");
  CHECK(region(kProxy, with({{"X-Geo-Country", "US"}, {"X-Geo-Subdivision", "US-CO"}})) == "US-CO");
  CHECK(region(kProxy, with({{"X-Geo-Subdivision", "US-CO"}})) == "DE");
  CHECK(region(kProxy, with({{"CF-IPCountry", "T1"}})) == "");
  CHECK(region(kProxy, with({{"CF-IPCountry", "US"}, {"X-Geo-Country", "DE"}})) == "");
  CHECK(region(kProxy, with({{"CF-IPCountry", "US"}, {"CF-IPCountry", "DE"}})) == "");
  CHECK(region("192.0.2.1", {{"CF-IPCountry", "US"}}) == "DE");
  CHECK(visit(kProxy, {{"CF-IPCountry", "US"}}).source == RegionSource::edge_header);
  CHECK(visit(kProxy, {{"CF-IPCountry", "XX"}}).source == RegionSource::unknown);
  CHECK(visit("192.0.2.1", {}).source == RegionSource::geo_db);
}

TEST_CASE("Who is unknown is treated as in the EU") {
  const Visitor visitor = visit("192.168.0.9", {});
  CHECK(visitor.source == RegionSource::unknown);
  CHECK(visitor.regime.model == Model::opt_in);
  CHECK(visitor.zone == Zone::eu);
}

TEST_CASE("The region decides regime and zone: Sec-GPC is the signal") {
  const Visitor visitor = visit("203.0.113.1", {{"Sec-GPC", "0"}, {"Sec-GPC", "1"}});
  CHECK(visitor.regime.id == RegimeId::us_ca_ccpa);
  CHECK(visitor.regime.model == Model::opt_out);
  CHECK(visitor.zone == Zone::us);
  CHECK(visitor.signals.gpc);
  CHECK_FALSE(visit("203.0.113.1", {{"Sec-GPC", "true"}}).signals.gpc);
}

TEST_CASE("The site's rules decide on the model: id and zone stay the law's") {
  SitePolicy site;
  site.regions = {{.rule = {.region = parse_region("US")}, .override_name = ""}};
  const Visitor visitor = visit("203.0.113.1", {}, SiteRules(site));
  CHECK(visitor.regime.id == RegimeId::us_ca_ccpa);
  CHECK(visitor.regime.model == Model::opt_in);
  CHECK(visitor.regime_source == RegimeSource::site);
  CHECK(visitor.zone == Zone::us);
  CHECK(visit("192.0.2.1", {}, SiteRules(site)).regime_source == RegimeSource::ruleset);
}

TEST_CASE("DNT: 1 is a signal where the site honours it, and 0 is none") {
  SitePolicy site;
  CHECK_FALSE(visit("192.0.2.1", {{"DNT", "1"}}, SiteRules(site)).signals.opt_out());
  site.honour_dnt = true;
  const SiteRules rules(site);
  for (const char* value : {"1", " 1 "}) {
    const Visitor visitor = visit("192.0.2.1", {{"dnt", value}}, rules);
    CHECK(visitor.signals.dnt);
    CHECK_FALSE(visitor.signals.gpc);
    CHECK(visitor.signals.opt_out());
  }
  for (const char* value : {"", "0", "yes", "true", "11"}) {
    CHECK_FALSE(visit("192.0.2.1", {{"DNT", value}}, rules).signals.opt_out());
  }
  CHECK(visit("192.0.2.1", {{"DNT", "0"}, {"DNT", "1"}}, rules).signals.dnt);
  CHECK(visit("192.0.2.1", {{"DNT", "0"}, {"Sec-GPC", "1"}}, rules).signals.opt_out());
}

TEST_CASE("What cannot be read has no client address") {
  const FixedRegionLookup lookup;
  const SiteRules rules;
  const VisitorResolver resolver(lookup, rules, {Cidr::parse("10.0.0.0/8").value()});
  http::Request request;
  request.peer = IpAddress::parse(kProxy).value();
  CHECK(resolver.client_address(request) == request.peer);
  request.headers = {{"X-Forwarded-For", "nonsense"}};
  CHECK_FALSE(resolver.client_address(request));
}

TEST_CASE("Only a trusted proxy can say that the visitor came by HTTPS") {
  struct Row {
    const char* peer;
    http::Fields headers;
    bool https;
  };
  const std::vector<Row> rows = {
      {kProxy, {}, false},
      {kProxy, {{"X-Forwarded-Proto", "https"}}, true},
      {kProxy, {{"X-Forwarded-Proto", "http, HTTPS "}}, true},
      {kProxy, {{"X-Forwarded-Proto", "https, http"}}, false},
      {kProxy, {{"X-Forwarded-Proto", "https2"}}, false},
      {kProxy, {{"Forwarded", "for=192.0.2.1;proto=https"}}, true},
      {kProxy, {{"Forwarded", "for=192.0.2.1;proto=https, for=192.0.2.2;proto=http"}}, false},
      {kProxy, {{"Forwarded", "for=192.0.2.1"}, {"X-Forwarded-Proto", "https"}}, false},
      {"192.0.2.1", {{"X-Forwarded-Proto", "https"}}, false},
      {"192.0.2.1", {{"Forwarded", "proto=https"}}, false},
  };
  FixedRegionLookup lookup;
  const SiteRules rules;
  const VisitorResolver resolver(lookup, rules, {Cidr::parse("10.0.0.0/8").value()});
  for (const Row& row : rows) {
    http::Request request;
    request.peer = IpAddress::parse(row.peer).value();
    request.headers = row.headers;
    INFO(row.peer << " " << (row.headers.empty() ? "" : row.headers[0].second));
    CHECK(resolver.arrived_by_https(request) == row.https);
  }
}
