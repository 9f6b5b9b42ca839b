#include "consent/geo/region_lookup.h"

#include <string>
#include <utility>
#include <vector>

#include "support/catch.h"
#include "support/mmdb_writer.h"
#include "support/temporary_directory.h"

using consent::IpAddress;
using consent::geo::open_region_lookup;
using consent::geo::RegionLookup;
using namespace consent::testing;

namespace {

std::string region_of(const RegionLookup& lookup, const char* address) {
  const auto parsed = IpAddress::parse(address);
  REQUIRE(parsed);
  return std::string(to_text(lookup.find(*parsed)).view());
}

// What one record in a database of its own resolves to.
std::string region_of_record(const MmdbValue& record) {
  const TemporaryDirectory directory;
  MmdbWriter writer;
  writer.add("5.5.5.0", 24, record);
  writer.add("6.6.6.0", 24, geoip2_record("FR"));
  const auto lookup = open_region_lookup({directory.write("one.mmdb", writer.bytes())});
  return region_of(*lookup, "5.5.5.5");
}

}  // namespace

TEST_CASE("no database: every region is unknown") {
  const auto lookup = open_region_lookup({});
  CHECK(region_of(*lookup, "8.8.8.8").empty());
  CHECK(lookup->databases().empty());
}

TEST_CASE("both families are found in one database, at every record size") {
  const unsigned record_bits = GENERATE(24U, 28U, 32U);
  CAPTURE(record_bits);
  const TemporaryDirectory directory;
  MmdbWriter writer({.record_bits = record_bits});
  writer.add("5.0.0.0", 8, geoip2_record("DE"));
  writer.add("6.1.0.0", 16, geoip2_record("US", "CA"));
  writer.add("2a00::", 12, geoip2_record("GB"));
  const auto lookup = open_region_lookup({directory.write("both.mmdb", writer.bytes())});
  CHECK(region_of(*lookup, "5.0.0.0") == "DE");
  CHECK(region_of(*lookup, "5.255.255.255") == "DE");
  CHECK(region_of(*lookup, "6.1.2.3") == "US-CA");
  CHECK(region_of(*lookup, "6.2.2.3").empty());
  CHECK(region_of(*lookup, "2a00:1450::1") == "GB");
  CHECK(region_of(*lookup, "2b00::1").empty());
}

TEST_CASE("an embedded IPv4 address is looked up as itself") {
  const TemporaryDirectory directory;
  MmdbWriter writer;
  writer.add("5.5.5.0", 24, geoip2_record("DE"));
  const auto lookup = open_region_lookup({directory.write("a.mmdb", writer.bytes())});
  CHECK(region_of(*lookup, "::ffff:5.5.5.5") == "DE");
  CHECK(region_of(*lookup, "64:ff9b::505:505") == "DE");
  CHECK(region_of(*lookup, "2002:505:505::1") == "DE");
}

TEST_CASE("an IPv4-only database says nothing about IPv6") {
  const TemporaryDirectory directory;
  MmdbWriter writer({.ip_version = 4});
  writer.add("5.0.0.0", 8, flat_record("DE"));
  const auto lookup = open_region_lookup({directory.write("v4.mmdb", writer.bytes())});
  CHECK(region_of(*lookup, "5.1.2.3") == "DE");
  CHECK(region_of(*lookup, "2a00::1").empty());
  CHECK(lookup->databases().front().ip_version == 4);
}

TEST_CASE("one database per family, in either order") {
  const TemporaryDirectory directory;
  MmdbWriter ipv4({.ip_version = 4});
  ipv4.add("5.0.0.0", 8, flat_record("DE"));
  MmdbWriter ipv6({.ip_version = 6});
  ipv6.add("2a00::", 12, flat_record("GB"));
  std::vector<std::string> paths{directory.write("v4.mmdb", ipv4.bytes()),
                                 directory.write("v6.mmdb", ipv6.bytes())};
  if (GENERATE(false, true)) std::swap(paths[0], paths[1]);
  const auto lookup = open_region_lookup(paths);
  CHECK(region_of(*lookup, "5.1.2.3") == "DE");
  CHECK(region_of(*lookup, "2a00::1") == "GB");
}

TEST_CASE("a later database adds the subdivision but never changes the country") {
  const TemporaryDirectory directory;
  MmdbWriter first;
  first.add("5.0.0.0", 8, flat_record("US"));
  first.add("6.0.0.0", 8, flat_record("DE"));
  MmdbWriter second;
  second.add("5.0.0.0", 8, geoip2_record("US", "VA"));
  second.add("6.0.0.0", 8, geoip2_record("US", "CA"));
  second.add("7.0.0.0", 8, geoip2_record("CA", "QC"));
  const auto lookup = open_region_lookup({directory.write("first.mmdb", first.bytes()),
                                          directory.write("second.mmdb", second.bytes())});
  CHECK(region_of(*lookup, "5.1.1.1") == "US-VA");
  CHECK(region_of(*lookup, "6.1.1.1") == "DE");
  CHECK(region_of(*lookup, "7.1.1.1") == "CA-QC");
}

TEST_CASE("addresses that are not routed on the internet are unknown whatever a database says") {
  const TemporaryDirectory directory;
  MmdbWriter writer;
  writer.add("0.0.0.0", 1, flat_record("US"));
  writer.add("128.0.0.0", 1, flat_record("US"));
  writer.add("8000::", 1, flat_record("US"));
  const auto lookup = open_region_lookup({directory.write("all.mmdb", writer.bytes())});
  for (const char* address : {"127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.1.1",
                              "100.64.0.1", "::1", "fe80::1", "fd00::1", "::ffff:10.0.0.1"}) {
    CAPTURE(address);
    CHECK(region_of(*lookup, address).empty());
  }
  CHECK(region_of(*lookup, "8.8.8.8") == "US");
}

TEST_CASE("the publishers' layouts") {
  const auto [record, expected] = GENERATE(table<MmdbValue, std::string>({
      {geoip2_record("DE"), "DE"},
      {geoip2_record("US", "CA"), "US-CA"},
      {geoip2_record("GB", "ENG"), "GB-ENG"},
      {flat_record("DE"), "DE"},
      {flat_record("US", "California"), "US-CA"},
      {flat_record("US", "district of columbia"), "US-DC"},
      {flat_record("CA", "Quebec"), "CA-QC"},
      {flat_record("CA", "Qu\u00e9bec"), "CA-QC"},
      {MmdbMap{{"country", MmdbMap{{"iso_code", "US"}}},
               {"subdivisions", MmdbArray{MmdbMap{{"names", MmdbMap{{"en", "Texas"}}}}}}},
       "US-TX"},
      {MmdbMap{
           {"country", MmdbMap{{"iso_code", "US"}}},
           {"subdivisions", MmdbArray{MmdbMap{{"iso_code", "CA"}}, MmdbMap{{"iso_code", "XX"}}}}},
       "US-CA"},
  }));
  CHECK(region_of_record(record) == expected);
}

TEST_CASE("what must not make a region") {
  const auto [record, expected] = GENERATE(table<MmdbValue, std::string>({
      {MmdbMap{{"registered_country", MmdbMap{{"iso_code", "US"}}}}, ""},
      {MmdbMap{{"represented_country", MmdbMap{{"iso_code", "US"}, {"type", "military"}}}}, ""},
      {MmdbMap{{"continent", MmdbMap{{"code", "EU"}}}}, ""},
      {MmdbMap{{"traits", MmdbMap{{"is_anycast", std::uint16_t{1}}}}}, ""},
      {MmdbMap{{"country", MmdbMap{{"is_in_european_union", std::uint16_t{1}}}}}, ""},
      {MmdbMap{{"country", "Germany"}}, ""},
      {MmdbMap{{"country", MmdbArray{"DE"}}}, ""},
      {MmdbMap{{"country_code", std::uint16_t{49}}}, ""},
      {MmdbMap{}, ""},
      {MmdbValue{"DE"}, ""},
      {flat_record("ZZ"), ""},
      {flat_record("EU"), ""},
      {flat_record(""), ""},
      {flat_record("USA"), ""},
      {flat_record("US", "Bavaria"), "US"},
      {flat_record("US", ""), "US"},
      {flat_record("DE", "Delaware"), "DE"},
      {geoip2_record("US", "CA-ON"), "US"},
      {MmdbMap{{"country", MmdbMap{{"iso_code", "DE"}}},
               {"registered_country", MmdbMap{{"iso_code", "US"}}},
               {"represented_country", MmdbMap{{"iso_code", "US"}}}},
       "DE"},
  }));
  CHECK(region_of_record(record) == expected);
}

TEST_CASE("a database states what it is") {
  const TemporaryDirectory directory;
  MmdbWriter writer({.type = "Some-City", .build_epoch_s = 1'800'000'000});
  writer.add("5.0.0.0", 8, flat_record("DE"));
  const auto path = directory.write("a.mmdb", writer.bytes());
  const auto infos = open_region_lookup({path})->databases();
  REQUIRE(infos.size() == 1);
  CHECK(infos[0].path == path);
  CHECK(infos[0].type == "Some-City");
  CHECK(infos[0].build_epoch_s == 1'800'000'000);
  CHECK(infos[0].ip_version == 6);
}
