#include "http/proxy_header.h"

#include <string>

#include "support/catch.h"

using namespace consent;
using namespace consent::http;
using namespace std::string_literals;

namespace {

using State = ProxyHeader::State;

const std::string kSignature = "\r\n\r\n\0\r\nQUIT\n"s;

std::string header(std::string_view command_and_family, const std::string& rest) {
  return kSignature + std::string(command_and_family) + static_cast<char>(rest.size() / 256) +
         static_cast<char>(rest.size() % 256) + rest;
}

const std::string kFrom4 = "\xC0\x00\x02\x07\x0A\x00\x00\x01\x30\x39\x01\xBB"s;
const std::string kFrom6 =
    "\x2A\x02\x81\x08\0\0\0\0\0\0\0\0\0\0\0\x07"s + std::string(16, '\1') + "\x30\x39\x01\xBB"s;
const std::string kTls = "\x20\x00\x05\x01\0\0\0\0"s;

}  // namespace

TEST_CASE("The client's address and the end of the header are read") {
  const ProxyHeader four = read_proxy_header(header("\x21\x11", kFrom4) + "GET / HTTP/1.1\r\n");
  CHECK(four.state == State::complete);
  CHECK(four.size == 28);
  CHECK((four.client == IpAddress::parse("192.0.2.7")));
  CHECK_FALSE(four.secure);
  const ProxyHeader six = read_proxy_header(header("\x21\x21", kFrom6 + kTls));
  CHECK(six.state == State::complete);
  CHECK((six.client == IpAddress::parse("2a02:8108::7")));
  CHECK(six.secure);
  CHECK(six.size == 16 + 36 + 8);
}

TEST_CASE("A proxy's own connection names no client") {
  CHECK(read_proxy_header(header("\x20"s + '\0', "")).state == State::complete);
  const ProxyHeader unspecified = read_proxy_header(header("\x21"s + '\0', "anything"));
  CHECK(unspecified.state == State::complete);
  CHECK_FALSE(unspecified.client);
  CHECK(unspecified.size == 24);
}

TEST_CASE("Every part of a header is awaited") {
  const std::string whole = header("\x21\x21", kFrom6 + kTls);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    INFO(size);
    CHECK(read_proxy_header(std::string_view(whole).substr(0, size)).state == State::partial);
  }
}

TEST_CASE("What is no header of version 2 is malformed") {
  const std::string bad[] = {
      "GET / HTTP/1.1\r\n",
      "PROXY TCP4 192.0.2.7 10.0.0.1 12345 443\r\n",
      "\r\n\r\nGET /",
      header("\x11\x11", kFrom4),                     // version 1 in the binary form
      header("\x22\x11", kFrom4),                     // a command nobody knows
      header("\x21\x12", kFrom4),                     // UDP
      header("\x21\x31", std::string(216, 'x')),      // a Unix socket
      header("\x21\x11", kFrom4.substr(1)),           // too short for its family
      header("\x21\x21", kFrom4),                     // IPv4 called IPv6
      header("\x21\x11", kFrom4 + "\x20\x00"s),       // half a triple
      header("\x21\x11", kFrom4 + "\x20\x00\x09x"s),  // a triple that does not fit
      header("\x21\x11", kFrom4 + "\x20\x00\x01x"s),  // a TLS triple without its flags
      header("\x21\x11", kFrom4 + std::string(2000, 'x')),
  };
  for (const std::string& bytes : bad) {
    INFO(bytes);
    CHECK(read_proxy_header(bytes).state == State::malformed);
  }
}
