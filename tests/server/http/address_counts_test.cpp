#include "http/address_counts.h"

#include <set>

#include "http/random_id.h"
#include "support/catch.h"

using namespace consent;
using namespace consent::http;

namespace {

IpAddress at(std::string_view text) { return IpAddress::parse(text).value(); }

}  // namespace

TEST_CASE("Each address has room for so many and no more") {
  AddressCounts counts(2);
  CHECK(counts.enter(at("192.0.2.1")));
  CHECK(counts.enter(at("192.0.2.1")));
  CHECK_FALSE(counts.enter(at("192.0.2.1")));
  CHECK(counts.enter(at("192.0.2.2")));
  counts.leave(at("192.0.2.1"));
  CHECK(counts.enter(at("192.0.2.1")));
}

TEST_CASE("An IPv6 customer's addresses count as one") {
  AddressCounts counts(1);
  CHECK(counts.enter(at("2a02:8108:1:2::1")));
  CHECK_FALSE(counts.enter(at("2a02:8108:1:2:ffff::9")));
  CHECK(counts.enter(at("2a02:8108:1:3::1")));
  CHECK(counts.enter(at("192.0.2.1")));
}

TEST_CASE("Who left is forgotten") {
  AddressCounts counts(8);
  for (int i = 0; i < 1000; ++i) {
    const IpAddress address = at("10.1." + std::to_string(i / 250) + "." + std::to_string(i % 250));
    REQUIRE(counts.enter(address));
    counts.leave(address);
  }
  CHECK(counts.addresses() == 0);
  counts.leave(at("192.0.2.1"));
}

TEST_CASE("Zero sets no limit and counts nobody") {
  AddressCounts counts(0);
  for (int i = 0; i < 1000; ++i) REQUIRE(counts.enter(at("192.0.2.1")));
  CHECK(counts.addresses() == 0);
}

TEST_CASE("Random ids are 32 digits and do not repeat") {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = random_id();
    CHECK(id.find_first_not_of("0123456789abcdef") == std::string::npos);
    CHECK(id.size() == 32);
    CHECK(seen.insert(id).second);
  }
}
