#include "visitor/forwarded_header.h"

#include "support/catch.h"

using namespace consent;
using namespace consent::server;

namespace {

IpAddress address(std::string_view text) { return IpAddress::parse(text).value(); }

}  // namespace

TEST_CASE("X-Forwarded-For is a list of addresses, with holes where there is none") {
  const auto chain =
      parse_x_forwarded_for("192.0.2.1, 2001:db8::1 ,[2001:db8::2]:443,unknown,192.0.2.9:80");
  REQUIRE(chain.size() == 5);
  CHECK(chain[0] == address("192.0.2.1"));
  CHECK(chain[1] == address("2001:db8::1"));
  CHECK(chain[2] == address("2001:db8::2"));
  CHECK_FALSE(chain[3]);
  CHECK(chain[4] == address("192.0.2.9"));
  CHECK(parse_x_forwarded_for("").empty());
  CHECK(parse_x_forwarded_for(" , ").empty());
}

TEST_CASE("Forwarded is read as RFC 7239 writes it") {
  const auto chain =
      parse_forwarded(R"(for="_gazonk", For="[2001:db8:cafe::17]:4711";by=192.0.2.60, proto=http;)"
                      R"(for=192.0.2.60;host="a,b;c", for=unknown)");
  REQUIRE(chain.size() == 4);
  CHECK_FALSE(chain[0]);
  CHECK(chain[1] == address("2001:db8:cafe::17"));
  CHECK(chain[2] == address("192.0.2.60"));
  CHECK_FALSE(chain[3]);
}

TEST_CASE("A Forwarded element that cannot be read is a hole, not an address") {
  for (const char* bad :
       {"for=", "for", "by=192.0.2.1", "for=\"192.0.2.1", "for=192.0.2.1;for=192.0.2.2",
        "for=192.0.2.1 x", "for=\"\\", "for=\"192.0.2.1\\"}) {
    INFO(bad);
    const auto chain = parse_forwarded(bad);
    REQUIRE(chain.size() == 1);
    CHECK_FALSE(chain[0]);
  }
  CHECK(parse_forwarded(R"(for="19\2.0.2.1")")[0] == address("192.0.2.1"));
}
