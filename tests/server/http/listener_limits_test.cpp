#include <string>
#include <vector>

#include "http/listener.h"
#include "server/http/loopback_client.h"
#include "support/catch.h"

using namespace consent::http;
using std::chrono::milliseconds;

namespace {

const std::string kHello = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";

}  // namespace

TEST_CASE("A client that never ends its header gets 408 while others are served") {
  ListenerLimits limits;
  limits.header_timeout = milliseconds(150);
  EchoServer server(limits);
  LoopbackClient slow(server.port());
  slow.send("GET /hello HTTP/1.1\r\nHo");
  LoopbackClient other(server.port());
  CHECK(other.ask(kHello).status == 200);
  const Answer answer = slow.receive();
  CHECK(answer.status == 408);
  CHECK(answer.closes());
  CHECK(slow.is_closed());
  CHECK(other.ask(kHello).status == 200);
}

TEST_CASE("A trickle of header bytes does not move the deadline") {
  ListenerLimits limits;
  limits.header_timeout = milliseconds(150);
  EchoServer server(limits);
  LoopbackClient slow(server.port());
  slow.send("GET /hello HTTP/1.1\r\n");
  const auto start = std::chrono::steady_clock::now();
  std::thread trickle([&] {
    while (std::chrono::steady_clock::now() - start < milliseconds(400)) {
      slow.send_some("A: b\r\n");
      std::this_thread::sleep_for(milliseconds(20));
    }
  });
  const Answer answer = slow.receive();
  const auto waited = std::chrono::steady_clock::now() - start;
  trickle.join();
  CHECK(answer.status == 408);
  CHECK(waited < milliseconds(390));
}

TEST_CASE("A body that stalls gets 408") {
  ListenerLimits limits;
  limits.body_timeout = milliseconds(150);
  EchoServer server(limits);
  LoopbackClient client(server.port());
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe");
  CHECK(client.receive().status == 408);
  CHECK(client.is_closed());
  CHECK(server.requests() == 0);
}

TEST_CASE("An idle connection is closed without a word") {
  ListenerLimits limits;
  limits.idle_timeout = milliseconds(150);
  EchoServer server(limits);
  LoopbackClient silent(server.port());
  LoopbackClient used(server.port());
  CHECK(used.ask(kHello).status == 200);
  CHECK(silent.is_closed());
  CHECK(used.is_closed());
}

TEST_CASE("A client that does not read its answer is cut off") {
  ListenerLimits limits;
  limits.write_timeout = milliseconds(150);
  EchoServer server(limits);
  LoopbackClient client(server.port());
  for (int i = 0; i < 4; ++i) client.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
  LoopbackClient other(server.port());
  CHECK(other.ask(kHello).status == 200);
  const auto start = std::chrono::steady_clock::now();
  while (server.listener().figures().open == 2 &&
         std::chrono::steady_clock::now() - start < std::chrono::seconds(5)) {
    CHECK(other.ask(kHello).status == 200);
  }
  CHECK(server.listener().figures().open == 1);
}

TEST_CASE("A body over the limit is 413 however it is framed, and the answer arrives") {
  ListenerLimits limits;
  limits.body_bytes_max = 1000;
  EchoServer server(limits);
  LoopbackClient sized(server.port());
  sized.send_some("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n" +
                  std::string(300'000, 'x'));
  CHECK(sized.receive().status == 413);
  CHECK(sized.is_closed());

  LoopbackClient chunked(server.port());
  chunked.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 20; ++i) chunked.send_some("64\r\n" + std::string(100, 'x') + "\r\n");
  CHECK(chunked.receive().status == 413);
  CHECK(chunked.is_closed());
  CHECK(server.requests() == 0);
}

TEST_CASE("Too long a target is 414 and too large a header 431") {
  EchoServer server;
  LoopbackClient target(server.port());
  CHECK(target.ask("GET /" + std::string(9'000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n").status ==
        414);
  CHECK(target.is_closed());
  LoopbackClient header(server.port());
  CHECK(header.ask("GET / HTTP/1.1\r\nHost: a\r\nA: " + std::string(17'000, 'a') + "\r\n\r\n")
            .status == 431);
  CHECK(header.is_closed());
  LoopbackClient longest(server.port());
  CHECK(longest.ask("GET /" + std::string(8'190, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n").status ==
        404);
}

TEST_CASE(
    "A connection over the limit gets 503 when none is idle, and room is made when one leaves") {
  ListenerLimits limits;
  limits.connections_max = 2;
  EchoServer server(limits);
  LoopbackClient one(server.port());
  one.send("GET /hello HTTP/1.1\r\n");
  {
    LoopbackClient two(server.port());
    two.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\nG");
    CHECK(two.receive().status == 200);
    LoopbackClient three(server.port());
    const Answer answer = three.receive();
    CHECK(answer.status == 503);
    CHECK(answer.fields.count("retry-after") == 1);
    CHECK(three.is_closed());
  }
  // While there is no room, a 503 may be overtaken by the reset that follows what it did not read.
  const auto is_served = [&server] {
    try {
      return LoopbackClient(server.port()).ask(kHello).status == 200;
    } catch (const std::runtime_error&) {
      return false;
    }
  };
  bool served = false;
  for (int i = 0; i < 1000 && !served; ++i) served = is_served();
  CHECK(served);
  CHECK(server.drops(Drop::full) >= 1);
  one.send("Host: a\r\n\r\n");
  CHECK(one.receive().status == 200);
}

TEST_CASE("A connection is closed after its last permitted request") {
  ListenerLimits limits;
  limits.requests_per_connection_max = 2;
  EchoServer server(limits);
  LoopbackClient client(server.port());
  CHECK_FALSE(client.ask(kHello).closes());
  CHECK(client.ask(kHello).closes());
  CHECK(client.is_closed());
}

TEST_CASE("Two hundred idle connections and a busy worker do not delay a request") {
  EchoServer server;
  std::vector<LoopbackClient> idle;
  for (int i = 0; i < 200; ++i) {
    idle.emplace_back(server.port());
    if (i % 2 == 0) idle.back().send("GET /hello HTTP/1.1\r\n");
  }
  LoopbackClient busy(server.port());
  busy.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
  server.wait_for_request();
  LoopbackClient client(server.port());
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i) CHECK(client.ask(kHello).body == "hello");
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(2));
  for (std::size_t i = 0; i < idle.size(); i += 2) idle[i].send("Host: a\r\n\r\n");
  for (std::size_t i = 0; i < idle.size(); i += 2) CHECK(idle[i].receive().body == "hello");
}

TEST_CASE("Many clients at once each get their own answers") {
  EchoServer server({}, 4);
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      LoopbackClient client(server.port());
      for (int i = 0; i < 100; ++i) {
        const std::string body = std::to_string(t) + "/" + std::to_string(i);
        const std::string request =
            "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) +
            "\r\n\r\n" + body;
        client.send(request + request);
        if (client.receive().body != body || client.receive().body != body) ++wrong;
        if (i % 25 == 24) client = LoopbackClient(server.port());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}
