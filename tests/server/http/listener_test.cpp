#include "http/listener.h"

#include <string>

#include "server/http/loopback_client.h"
#include "support/catch.h"

using namespace consent::http;
using namespace std::string_literals;

namespace {

const std::string kHello = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";

std::string post(std::string_view body) {
  return "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + std::string(body);
}

}  // namespace

TEST_CASE("A connection serves request after request") {
  EchoServer server;
  LoopbackClient client(server.port());
  for (int i = 0; i < 3; ++i) {
    const Answer answer = client.ask(kHello);
    CHECK(answer.status == 200);
    CHECK(answer.body == "hello");
    CHECK(answer.fields.at("x-content-type-options") == "nosniff");
    CHECK(answer.fields.at("date").ends_with(" GMT"));
    CHECK(answer.fields.count("server") == 0);
    CHECK(answer.fields.count("connection") == 0);
  }
  CHECK(client.ask(post("body")).body == "body");
  CHECK(client.ask("GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n").status == 404);
  CHECK(client.ask("GET /peer HTTP/1.1\r\nHost: a\r\n\r\n").body == "loopback");
  CHECK(server.listener().figures().open == 1);
  CHECK(server.listener().is_loopback());
}

TEST_CASE("Pipelined requests are answered in order, also when a request lies across packets") {
  EchoServer server;
  LoopbackClient client(server.port());
  std::string requests;
  for (int i = 0; i < 100; ++i) requests += post(std::to_string(i));
  client.send(requests + "GET /he");
  for (int i = 0; i < 100; ++i) CHECK(client.receive().body == std::to_string(i));
  client.send("llo HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(client.receive().body == "hello");
}

TEST_CASE("A request that comes byte by byte is served") {
  EchoServer server;
  LoopbackClient client(server.port());
  for (const char byte : post("slow")) client.send({&byte, 1});
  CHECK(client.receive().body == "slow");
}

TEST_CASE("A client that expects 100-continue gets it before it sends the body") {
  EchoServer server;
  LoopbackClient client(server.port());
  client.send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  CHECK(client.receive_through("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  CHECK(client.ask("body").body == "body");
  client.send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 99999999\r\n\r\n");
  CHECK(client.receive().status == 413);
  CHECK(client.is_closed());
}

TEST_CASE("A chunked body reaches the handler whole") {
  EchoServer server;
  LoopbackClient client(server.port());
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
  client.send("7;x=y\r\n, world\r\n0\r\n\r\n");
  CHECK(client.receive().body == "hello, world");
  CHECK(client.ask(kHello).body == "hello");
}

TEST_CASE("HEAD answers with GET's length and no body") {
  EchoServer server;
  LoopbackClient client(server.port());
  const Answer answer = client.ask("HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(answer.status == 200);
  CHECK(answer.fields.at("content-length") == "5");
  CHECK(client.ask(kHello).body == "hello");
}

TEST_CASE("OPTIONS answers 204 without a length") {
  EchoServer server;
  LoopbackClient client(server.port());
  const Answer answer = client.ask("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(answer.status == 204);
  CHECK(answer.fields.count("content-length") == 0);
  CHECK(client.ask(kHello).status == 200);
}

TEST_CASE("A connection closes when the client or its version says so") {
  EchoServer server;
  LoopbackClient client(server.port());
  CHECK(client.ask("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").closes());
  CHECK(client.is_closed());

  LoopbackClient old(server.port());
  CHECK(old.ask("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").fields.at("connection") ==
        "keep-alive");
  CHECK(old.ask("GET /hello HTTP/1.0\r\n\r\n").closes());
  CHECK(old.is_closed());
}

TEST_CASE("A client that has finished sending still gets its answer") {
  EchoServer server;
  LoopbackClient client(server.port());
  client.send(kHello);
  client.finish_sending();
  CHECK(client.receive().body == "hello");
  CHECK(client.is_closed());
}

TEST_CASE("A large answer reaches a client that reads late") {
  EchoServer server;
  LoopbackClient client(server.port());
  client.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n" + kHello);
  LoopbackClient other(server.port());
  CHECK(other.ask(kHello).status == 200);
  CHECK(client.receive().body.size() == 4 * 1024 * 1024);
  CHECK(client.receive().body == "hello");
}

TEST_CASE("A malformed request gets its answer and a closed connection, never a second request") {
  EchoServer server;
  const std::string second = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";
  for (const std::string& first :
       {"GET / HTTP/1.1\r\n\r\n"s, "GET /\nHost: a\r\n\r\n"s,
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n"s +
            "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 40\r\n\r\n"s,
        "GET /hello HTTP/1.1\r\nHost: a\r\n folded: x\r\n\r\n"s,
        "GET /hello HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n"s}) {
    CAPTURE(first);
    LoopbackClient client(server.port());
    client.send(first + second);
    const Answer answer = client.receive();
    CHECK(answer.status == 400);
    CHECK(answer.fields.at("content-type") == "application/problem+json");
    CHECK(answer.closes());
    CHECK(client.is_closed());
  }
  CHECK(server.requests() == 0);
}

TEST_CASE("A request behind one that closes is not served") {
  EchoServer server;
  LoopbackClient client(server.port());
  client.send("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + kHello);
  CHECK(client.receive().status == 200);
  CHECK(client.is_closed());
  CHECK(server.requests() == 1);
}

TEST_CASE("A port in use gives the operator a clear message") {
  EchoServer server;
  const std::string where = "127.0.0.1:" + std::to_string(server.port());
  CHECK_THROWS_WITH(listen_on("127.0.0.1", server.port()),
                    Catch::Matchers::ContainsSubstring("cannot listen on " + where) &&
                        Catch::Matchers::ContainsSubstring("in use"));
  CHECK_THROWS_WITH(listen_on("no such host", 0),
                    Catch::Matchers::ContainsSubstring("cannot listen on no such host:0"));
}

TEST_CASE("A listener that was never started closes quietly") {
  Listener listener(listen_on("::1", 0), std::make_shared<Router>(), {});
  CHECK(listener.is_loopback());
  CHECK(listener.port() != 0);
}

TEST_CASE("Draining finishes what is in flight and closes the rest") {
  EchoServer server;
  LoopbackClient idle(server.port());
  CHECK(idle.ask(kHello).status == 200);
  LoopbackClient busy(server.port());
  busy.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
  server.wait_for_request();
  auto drained = std::async(std::launch::async,
                            [&] { server.listener().drain(std::chrono::milliseconds(5'000)); });
  CHECK(idle.is_closed());
  CHECK_THROWS(LoopbackClient(server.port()));
  server.release();
  const Answer answer = busy.receive();
  CHECK(answer.body == "waited");
  CHECK(answer.closes());
  CHECK(busy.is_closed());
  drained.get();
  CHECK(server.listener().figures().open == 0);
}

TEST_CASE("Draining does not wait longer than it has patience for") {
  EchoServer server;
  LoopbackClient half(server.port());
  half.send("GET /hello HT");
  LoopbackClient idle(server.port());
  CHECK(idle.ask(kHello).status == 200);
  const auto start = std::chrono::steady_clock::now();
  server.listener().drain(std::chrono::milliseconds(100));
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
  CHECK(half.is_closed());
}
