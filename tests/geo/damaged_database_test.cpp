// Every way a database file can be wrong is refused at start, by name and with what to do.

#include <sys/stat.h>

#include <string>

#include "consent/geo/region_lookup.h"
#include "support/catch.h"
#include "support/mmdb_writer.h"
#include "support/temporary_directory.h"

using Catch::Matchers::ContainsSubstring;
using consent::IpAddress;
using consent::geo::open_region_lookup;
using namespace consent::testing;

// libmaxminddb 1.7 leaks what it has read of the metadata when the rest of it is damaged. That ends
// the start of the service, so it cannot add up.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libmaxminddb.so\n"; }

namespace {

std::string refusal_of(const std::string& path) {
  try {
    (void)open_region_lookup({path});
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return {};
}

std::string refusal_of_bytes(const std::string& bytes) {
  const TemporaryDirectory directory;
  const auto path = directory.write("some.mmdb", bytes);
  const auto message = refusal_of(path);
  if (!message.empty()) CHECK_THAT(message, ContainsSubstring(path));
  return message;
}

std::string good_bytes() {
  MmdbWriter writer;
  writer.add("5.0.0.0", 8, geoip2_record("DE"));
  writer.add("6.0.0.0", 8, geoip2_record("US", "CA"));
  return writer.bytes();
}

}  // namespace

TEST_CASE("a missing file") {
  const TemporaryDirectory directory;
  const auto path = (directory.path() / "absent.mmdb").string();
  const auto message = refusal_of(path);
  CHECK_THAT(message, ContainsSubstring(path));
  CHECK_THAT(message, ContainsSubstring("No such file"));
  CHECK_THAT(message, ContainsSubstring("check the path"));
}

TEST_CASE("one bad file among good ones refuses them all") {
  const TemporaryDirectory directory;
  const auto good = directory.write("good.mmdb", good_bytes());
  const auto bad = directory.write("bad.mmdb", "nothing of the kind");
  CHECK_THROWS_WITH(open_region_lookup({good, bad}), ContainsSubstring("bad.mmdb"));
}

TEST_CASE("a directory and an empty file") {
  const TemporaryDirectory directory;
  CHECK_THAT(refusal_of(directory.path().string()), ContainsSubstring("not a directory"));
  CHECK_THAT(refusal_of_bytes(""), ContainsSubstring("not empty"));
}

TEST_CASE("a file of another kind") {
  CHECK_THAT(refusal_of_bytes(std::string(100'000, 'x')),
             ContainsSubstring("not a MaxMind DB file"));
  CHECK_THAT(refusal_of_bytes("\xab\xcd\xefMaxMind.com"), ContainsSubstring("fetch it again"));
}

TEST_CASE("a file cut short anywhere") {
  const auto whole = good_bytes();
  for (std::size_t kept = 0; kept < whole.size(); kept += 7) {
    CAPTURE(kept);
    CHECK_FALSE(refusal_of_bytes(whole.substr(0, kept)).empty());
  }
}

TEST_CASE("a file with a hole in it") {
  const auto whole = good_bytes();
  for (std::size_t from = 0; from + 600 < whole.size(); from += 150) {
    CAPTURE(from);
    CHECK_FALSE(refusal_of_bytes(whole.substr(0, from) + whole.substr(from + 500)).empty());
  }
}

TEST_CASE("a record that cannot be decoded") {
  MmdbWriter writer;
  writer.add("5.0.0.0", 8, geoip2_record("DE"));
  // A map of one pair whose value claims more bytes than the file has.
  writer.add_raw("6.0.0.0", 8,
                 "\xe1\x4c"
                 "country_code"
                 "\x5f\xff\xff\xff");
  CHECK_THAT(refusal_of_bytes(writer.bytes()), ContainsSubstring("damaged"));
}

TEST_CASE("a record that points at itself") {
  MmdbWriter writer;
  writer.add("5.0.0.0", 8, geoip2_record("DE"));
  const auto good = writer.bytes();
  MmdbWriter looped;
  looped.add_raw("5.0.0.0", 8, std::string("\x20\x00", 2));
  CHECK_FALSE(refusal_of_bytes(looped.bytes()).empty());
  CHECK(refusal_of_bytes(good).empty());
}

TEST_CASE("a database without countries") {
  MmdbWriter writer({.type = "GeoLite2-ASN"});
  writer.add("5.0.0.0", 8,
             MmdbMap{{"autonomous_system_number", std::uint32_t{64500}},
                     {"autonomous_system_organization", "An example"}});
  const auto message = refusal_of_bytes(writer.bytes());
  CHECK_THAT(message, ContainsSubstring("names no countries"));
  CHECK_THAT(message, ContainsSubstring("GeoLite2-ASN"));
  CHECK_THAT(message, ContainsSubstring("use a country or city database"));
}

TEST_CASE("a database without networks") {
  CHECK_THAT(refusal_of_bytes(MmdbWriter().bytes()), ContainsSubstring("fetch it again"));
}

TEST_CASE("any single damaged byte is refused or answers something, and never crashes") {
  const auto whole = good_bytes();
  const TemporaryDirectory directory;
  const auto address = *IpAddress::parse("5.1.2.3");
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const unsigned mask : {0x01U, 0x80U, 0xffU}) {
      auto damaged = whole;
      damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ mask);
      const auto path = directory.write("damaged.mmdb", damaged);
      try {
        (void)open_region_lookup({path})->find(address);
      } catch (const std::runtime_error& error) {
        CHECK_THAT(error.what(), ContainsSubstring(path));
      }
    }
  }
}
