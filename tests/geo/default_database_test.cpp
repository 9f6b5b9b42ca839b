// The database that script/setup installs, as it is. Only assignments that have been stable for
// decades.

#include <string>

#include "consent/geo/region_lookup.h"
#include "support/catch.h"

using consent::IpAddress;
using consent::geo::open_region_lookup;

TEST_CASE("the default database knows well-known addresses") {
  static const auto lookup = open_region_lookup({CONSENT_DEFAULT_GEO_DB});
  const auto [address, country] = GENERATE(table<const char*, std::string>({
      {"8.8.8.8", "US"},
      {"2001:4860:4860::8888", "US"},
      {"1.1.1.1", "AU"},
      {"53.0.0.1", "DE"},
      {"2003::1", "DE"},
      {"25.0.0.1", "GB"},
      {"192.168.1.1", ""},
      {"203.0.113.9", ""},
  }));
  CAPTURE(address);
  const auto region = lookup->find(*IpAddress::parse(address));
  CHECK(std::string(region.country.text()) == country);
  CHECK_FALSE(region.subdivision.known());
}

TEST_CASE("the default database covers both families") {
  const auto infos = open_region_lookup({CONSENT_DEFAULT_GEO_DB})->databases();
  REQUIRE(infos.size() == 1);
  CHECK(infos[0].ip_version == 6);
  CHECK(infos[0].build_epoch_s > 1'700'000'000);
}
