// The PROXY protocol on a listener: whom it is taken from, and what it changes.

#include <string>

#include "server/http/loopback_client.h"
#include "support/catch.h"

using namespace consent::http;
using consent::Cidr;
using namespace std::string_literals;

namespace {

const std::string kHello = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string kPeer = "GET /peer HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string kFrom =
    "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0C\xC0\x00\x02\x07\x0A\0\0\x01\x30\x39\x01\xBB"s;
const std::string kFromSealed =
    "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x14\xC0\x00\x02\x07\x0A\0\0\x01\x30\x39\x01\xBB"
    "\x20\0\x05\x01\0\0\0\0"s;
const std::string kFromProxy = "\r\n\r\n\0\r\nQUIT\n\x20\0\0\0"s;

ListenerOptions behind_proxy(const char* network = "127.0.0.0/8") {
  ListenerOptions options;
  options.trusted_proxies = {Cidr::parse(network).value()};
  options.proxy_protocol = true;
  return options;
}

}  // namespace

TEST_CASE("A trusted proxy says whose connection it is, for all of its requests") {
  EchoServer server(behind_proxy());
  LoopbackClient client(server.port());
  client.send(kFrom + kPeer);
  CHECK(client.receive().body == "elsewhere");
  CHECK(client.ask(kPeer).body == "elsewhere");
  LoopbackClient own(server.port());
  own.send(kFromProxy + kPeer);
  CHECK(own.receive().body == "loopback");
}

TEST_CASE("A header may come in pieces, a request right behind it") {
  EchoServer server(behind_proxy());
  LoopbackClient client(server.port());
  for (const char c : kFrom + "GET") client.send(std::string(1, c));
  client.send(kPeer.substr(3));
  CHECK(client.receive().body == "elsewhere");
}

TEST_CASE("A trusted proxy that sends none, or version 1, is cut off without a word") {
  EchoServer server(behind_proxy());
  LoopbackClient none(server.port());
  none.send(kHello);
  CHECK(none.is_closed());
  LoopbackClient first(server.port());
  first.send_some("PROXY TCP4 192.0.2.7 10.0.0.1 12345 443\r\n" + kHello);
  CHECK(first.is_closed());
  CHECK(server.drops(Drop::proxy_header) == 2);
  CHECK(server.requests() == 0);
}

TEST_CASE("From anybody else the header is no request") {
  EchoServer server(behind_proxy("10.0.0.0/8"));
  LoopbackClient client(server.port());
  client.send_some(kFrom + kPeer);
  CHECK(client.receive().status == 400);
  LoopbackClient plain(server.port());
  CHECK(plain.ask(kPeer).body == "loopback");
}

TEST_CASE("A header that does not come ends the connection in time") {
  ListenerOptions options = behind_proxy();
  options.limits.header_timeout = std::chrono::milliseconds(100);
  EchoServer server(options);
  LoopbackClient client(server.port());
  client.send(kFrom.substr(0, 20));
  CHECK(client.is_closed());
  CHECK(server.drops(Drop::proxy_header) == 1);
}

TEST_CASE("Behind a proxy, too, each client has so many connections") {
  ListenerOptions options = behind_proxy();
  options.limits.connections_per_address_max = 1;
  EchoServer server(options);
  LoopbackClient one(server.port());
  one.send(kFrom + kHello);
  CHECK(one.receive().status == 200);
  LoopbackClient two(server.port());
  two.send(kFrom);
  const Answer refusal = two.receive();
  CHECK(refusal.status == 429);
  CHECK(refusal.fields.count("x-request-id") == 1);
  CHECK(refusal.fields.count("strict-transport-security") == 0);
  LoopbackClient sealed(server.port());
  sealed.send(kFromSealed);
  CHECK(sealed.receive().fields.count("strict-transport-security") == 1);
  std::string elsewhere = kFrom;
  elsewhere[19] = '\x09';
  LoopbackClient other(server.port());
  other.send(elsewhere + kHello);
  CHECK(other.receive().status == 200);
}
