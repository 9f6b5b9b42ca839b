// Who is let in, who has to leave for it, and what the listener counts.

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "http/listener.h"
#include "server/http/loopback_client.h"
#include "support/catch.h"

using namespace consent::http;
using consent::Cidr;
using std::chrono::milliseconds;

namespace {

const std::string kHello = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";

// A connection is idle when its worker has said that it is done, which may be after the client has
// read the answer.
void let_it_become_idle() { std::this_thread::sleep_for(milliseconds(200)); }

}  // namespace

TEST_CASE("A full table makes room by closing what has been idle longest") {
  ListenerLimits limits;
  limits.connections_max = 3;
  EchoServer server(limits);
  LoopbackClient busy(server.port());
  busy.send("GET /hello HTTP/1.1\r\n");
  LoopbackClient oldest(server.port());
  CHECK(oldest.ask(kHello).status == 200);
  let_it_become_idle();
  LoopbackClient younger(server.port());
  CHECK(younger.ask(kHello).status == 200);
  let_it_become_idle();
  LoopbackClient newcomer(server.port());
  CHECK(newcomer.ask(kHello).status == 200);
  CHECK(oldest.is_closed());
  CHECK(younger.ask(kHello).status == 200);
  busy.send("Host: a\r\n\r\n");
  CHECK(busy.receive().status == 200);
  CHECK(server.drops(Drop::evicted) == 1);
  CHECK(server.drops(Drop::full) == 0);
}

TEST_CASE("One address has so many connections and gets 429 for more") {
  ListenerLimits limits;
  limits.connections_per_address_max = 2;
  EchoServer server(limits);
  LoopbackClient one(server.port());
  CHECK(one.ask(kHello).status == 200);
  {
    LoopbackClient two(server.port());
    CHECK(two.ask(kHello).status == 200);
    LoopbackClient three(server.port());
    const Answer answer = three.receive();
    CHECK(answer.status == 429);
    CHECK(answer.fields.count("retry-after") == 1);
    CHECK(answer.fields.count("x-request-id") == 1);
    CHECK(three.is_closed());
  }
  // Who asks only when the refusal has lingered long enough finds the connection closed.
  const auto ask_anew = [&] {
    try {
      return LoopbackClient(server.port()).ask(kHello).status;
    } catch (const std::runtime_error&) {
      return 429;
    }
  };
  int status = 429;
  for (int i = 0; i < 1000 && status == 429; ++i) status = ask_anew();
  CHECK(status == 200);
  CHECK(server.drops(Drop::address) >= 1);
}

TEST_CASE("A trusted proxy may open any number") {
  ListenerOptions options;
  options.limits.connections_per_address_max = 2;
  options.trusted_proxies = {Cidr::parse("127.0.0.0/8").value()};
  EchoServer server(options);
  std::vector<LoopbackClient> clients;
  for (int i = 0; i < 20; ++i) {
    clients.emplace_back(server.port());
    CHECK(clients.back().ask(kHello).status == 200);
  }
}

TEST_CASE("A request under the minimum rate gets 408, one above it goes on") {
  ListenerLimits limits;
  limits.pace_interval = milliseconds(200);
  limits.pace_bytes_min = 20;
  EchoServer server(limits);
  LoopbackClient slow(server.port());
  slow.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 400\r\n\r\n");
  LoopbackClient steady(server.port());
  steady.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 400\r\n\r\n");
  for (int i = 0; i < 20; ++i) {
    steady.send(std::string(20, 'x'));
    slow.send_some("x");
    std::this_thread::sleep_for(milliseconds(40));
  }
  CHECK(steady.receive().status == 200);
  CHECK(slow.receive().status == 408);
  CHECK(server.drops(Drop::too_slow) == 1);
}

TEST_CASE("Every answer has an id of its own, whatever the client calls its request") {
  EchoServer server;
  LoopbackClient client(server.port());
  const std::string named = "GET /hello HTTP/1.1\r\nHost: a\r\nX-Request-Id: mine\r\n\r\n";
  const std::string first = client.ask(named).fields["x-request-id"];
  const std::string second = client.ask(named).fields["x-request-id"];
  CHECK(first.size() == 32);
  CHECK(second.size() == 32);
  CHECK(first != second);
  CHECK(client.ask("nonsense\r\n\r\n").fields["x-request-id"].size() == 32);
}

TEST_CASE("Connections, bytes and refusals are counted") {
  EchoServer server;
  LoopbackClient client(server.port());
  const Answer answer = client.ask(kHello);
  // The answer may arrive before the worker that sent it counts it.
  for (int i = 0; i < 1000 && server.listener().figures().sent_bytes == 0; ++i) {
    std::this_thread::sleep_for(milliseconds(1));
  }
  const ListenerFigures figures = server.listener().figures();
  CHECK(figures.accepted == 1);
  CHECK(figures.open == 1);
  CHECK(figures.queued == 0);
  CHECK(figures.received_bytes == kHello.size());
  CHECK(figures.sent_bytes > answer.body.size());
  CHECK(client.ask("nonsense\r\n\r\n").status == 400);
  CHECK(server.drops(Drop::malformed) == 1);
}

TEST_CASE("A router put in the place of another answers from the next request on") {
  EchoServer server;
  const auto other = std::make_shared<Router>();
  other->add("GET", "/hello",
             [](const Request&) { return text_response(200, "text/plain", "other"); });
  LoopbackClient waiting(server.port());
  waiting.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
  server.wait_for_request();
  LoopbackClient client(server.port());
  CHECK(client.ask(kHello).body == "hello");
  server.listener().use(other);
  CHECK(client.ask(kHello).body == "other");
  server.release();
  CHECK(waiting.receive().body == "waited");
}

TEST_CASE("Routers are exchanged under load, and no request is lost") {
  EchoServer server;
  std::atomic<bool> asking{true};
  std::atomic<int> answered{0};
  std::atomic<int> wrong{0};
  std::vector<std::jthread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&] {
      LoopbackClient client(server.port());
      while (asking) {
        const Answer answer = client.ask(kHello);
        if (answer.status != 200 || answer.body != "hello") ++wrong;
        ++answered;
      }
    });
  }
  for (int i = 0; i < 200 || answered < 200; ++i) {
    auto next = std::make_shared<Router>();
    next->add("GET", "/hello",
              [](const Request&) { return text_response(200, "text/plain", "hello"); });
    server.listener().use(next);
  }
  asking = false;
  clients.clear();
  CHECK(wrong == 0);
}
