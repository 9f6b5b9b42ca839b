#include "consent/ip_address.h"

#include <ostream>
#include <string>
#include <vector>

#include "support/catch.h"

using consent::AddressFamily;
using consent::Cidr;
using consent::IpAddress;

namespace {

template <typename T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};
static_assert(!Printable<IpAddress>, "an address must not reach a log");
static_assert(!Printable<Cidr>);

using Bytes = std::vector<std::uint8_t>;

Bytes bytes_of(std::string_view text) {
  const auto address = IpAddress::parse(text);
  if (!address) return {};
  return {address->bytes().begin(), address->bytes().end()};
}

bool parses(std::string_view text) { return IpAddress::parse(text).has_value(); }

}  // namespace

TEST_CASE("IPv4 is a dotted quad and nothing else") {
  CHECK(bytes_of("192.0.2.1") == Bytes{192, 0, 2, 1});
  CHECK(bytes_of("0.0.0.0") == Bytes{0, 0, 0, 0});
  CHECK(bytes_of("255.255.255.255") == Bytes{255, 255, 255, 255});
  CHECK(bytes_of("192.0.2.1:443") == Bytes{192, 0, 2, 1});
  for (const char* text : {"",
                           "1",
                           "1.2.3",
                           "1.2.3.",
                           ".1.2.3",
                           "1.2.3.4.5",
                           "1.2.3.256",
                           "01.2.3.4",
                           "1.2.3.04",
                           "0x1.2.3.4",
                           "1.2.3.4 ",
                           " 1.2.3.4",
                           "1.2.3.4:",
                           "1.2.3.4:65536",
                           "1.2.3.4:080",
                           "1..2.3",
                           "+1.2.3.4",
                           "1.2.3.-4",
                           "1.2.3.4/24",
                           "16909060",
                           "1.2.3.4%eth0",
                           "1.2.3.99999999999",
                           "[1.2.3.4]",
                           "1.2.3.4.",
                           "\xd9\xa1.2.3.4"}) {
    CAPTURE(text);
    CHECK_FALSE(parses(text));
  }
}

TEST_CASE("IPv6 in all its forms") {
  const Bytes documentation{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  for (const char* text : {"2001:db8::1", "2001:DB8::1", "2001:0db8:0:0:0:0:0:1", "2001:db8::0:1",
                           "[2001:db8::1]", "[2001:db8::1]:443", "2001:db8::0.0.0.1"}) {
    CAPTURE(text);
    CHECK(bytes_of(text) == documentation);
  }
  CHECK(bytes_of("::") == Bytes(16, 0));
  CHECK(bytes_of("1::") == Bytes{0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  CHECK(bytes_of("1:2:3:4:5:6:7:8").size() == 16);
  CHECK(parses("1:2:3:4:5:6:7::"));
  CHECK(parses("::2:3:4:5:6:7:8"));
  for (const char* text : {":",
                           ":::",
                           "1:::2",
                           "1::2::3",
                           "1:2:3:4:5:6:7",
                           "1:2:3:4:5:6:7:8:9",
                           "1:2:3:4:5:6:7:8::",
                           ":1:2:3:4:5:6:7:8",
                           "1:2:3:4:5:6:7:",
                           "12345::",
                           "g::",
                           "::1%eth0",
                           "fe80::1%25eth0",
                           "[::1",
                           "::1]",
                           "[::1]x",
                           "[::1]:",
                           "[::1]:65536",
                           "::1:443:99999",
                           "::1.2.3",
                           "::1.2.3.4.5",
                           "::1.2.3.4:5",
                           "1:2:3:4:5:6:7:1.2.3.4",
                           "[]",
                           "::ffff:1.2.3.04",
                           "::1 ",
                           "0x1::"}) {
    CAPTURE(text);
    CHECK_FALSE(parses(text));
  }
}

TEST_CASE("an IPv4 address inside an IPv6 one is taken out") {
  for (const char* text :
       {"::ffff:192.0.2.1", "::ffff:c000:201", "[::ffff:192.0.2.1]:80", "64:ff9b::192.0.2.1",
        "64:ff9b::c000:201", "2002:c000:201::1", "2001:0:4136:e378:8000:63bf:3fff:fdfe"}) {
    CAPTURE(text);
    CHECK(bytes_of(text) == Bytes{192, 0, 2, 1});
    CHECK(IpAddress::parse(text)->family() == AddressFamily::ipv4);
  }
  CHECK(bytes_of("64:ff9b:1::192.0.2.1").size() == 16);  // RFC 8215's is a local prefix
  CHECK(bytes_of("::192.0.2.1").size() == 16);           // deprecated, not unwrapped
}

TEST_CASE("truncation keeps 24 and 48 bits") {
  const auto v4 = IpAddress::parse("203.0.113.77")->truncated();
  CHECK(v4 == *IpAddress::parse("203.0.113.0"));
  const auto v6 = IpAddress::parse("2001:db8:1:2:3:4:5:6")->truncated();
  CHECK(v6 == *IpAddress::parse("2001:db8:1::"));
  CHECK(IpAddress::parse("::ffff:203.0.113.77")->truncated() == v4);
}

TEST_CASE("private and loopback addresses are told apart from the internet's") {
  for (const char* text :
       {"10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "127.0.0.1", "169.254.1.1",
        "100.64.0.1", "100.127.255.255", "192.0.2.1", "198.51.100.1", "203.0.113.1", "0.0.0.0",
        "::1", "::", "fe80::1", "fd00::1", "fc00::1", "2001:db8::1", "::ffff:10.0.0.1"}) {
    CAPTURE(text);
    CHECK(IpAddress::parse(text)->is_private());
  }
  for (const char* text : {"8.8.8.8", "172.32.0.1", "172.15.0.1", "100.128.0.1", "192.169.0.1",
                           "11.0.0.1", "2a00:1450::1", "2606:4700::1", "::ffff:8.8.8.8"}) {
    CAPTURE(text);
    CHECK_FALSE(IpAddress::parse(text)->is_private());
  }
  CHECK(IpAddress::parse("127.8.8.8")->is_loopback());
  CHECK(IpAddress::parse("::1")->is_loopback());
  CHECK_FALSE(IpAddress::parse("::2")->is_loopback());
  CHECK_FALSE(IpAddress::parse("128.0.0.1")->is_loopback());
}

TEST_CASE("a network contains its addresses") {
  struct Case {
    const char* network;
    const char* address;
    bool inside;
  };
  for (const Case& entry :
       {Case{"10.0.0.0/8", "10.255.0.1", true}, Case{"10.0.0.0/8", "11.0.0.1", false},
        Case{"192.0.2.0/25", "192.0.2.127", true}, Case{"192.0.2.0/25", "192.0.2.128", false},
        Case{"0.0.0.0/0", "203.0.113.1", true}, Case{"0.0.0.0/0", "2001:db8::1", false},
        Case{"::1", "::1", true}, Case{"::1", "::2", false}, Case{"::/0", "1.2.3.4", false},
        Case{"2001:db8::/33", "2001:db8:7fff::1", true},
        Case{"2001:db8::/33", "2001:db8:8000::1", false},
        Case{"127.0.0.1", "::ffff:127.0.0.1", true}, Case{"192.0.2.7/32", "192.0.2.7", true}}) {
    CAPTURE(entry.network, entry.address);
    REQUIRE(Cidr::parse(entry.network));
    CHECK(Cidr::parse(entry.network)->contains(*IpAddress::parse(entry.address)) == entry.inside);
  }
  for (const char* text :
       {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/08", "10.0.0.1/8", "10.0.0.0/8/8",
        "10.0.0.0:80/8", "10.0.0.0/-1", "[::1]/128", "2001:db8::1/64", "::/129",
        "::ffff:10.0.0.0/104", "2002:a00::/24", "10.0.0.0/8 "}) {
    CAPTURE(text);
    CHECK_FALSE(Cidr::parse(text));
  }
}

TEST_CASE("over-long input is refused unread") {
  CHECK_FALSE(parses(std::string(65, ':')));
  CHECK_FALSE(parses(std::string(1'000'000, '1')));
}
