// The event loop with a kernel of the test's own: what no real socket does when it is wanted.

#include <cerrno>
#include <memory>
#include <thread>

#include "http/listener.h"
#include "server/http/fake_network.h"
#include "support/catch.h"
#include "support/occurrences.h"

using namespace consent::http;
using consent::testing::occurrences;
using std::chrono::milliseconds;

namespace {

const std::string kHello = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";

class FakeServer {
 public:
  explicit FakeServer(const ListenerLimits& limits = {})
      : network(std::make_shared<FakeNetwork>()), listener_(make(limits)) {
    listener_->start();
  }
  ~FakeServer() { listener_->drain(milliseconds(0)); }
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  Listener& listener() { return *listener_; }
  ListenerFigures figures() const { return listener_->figures(); }
  std::uint64_t drops(Drop reason) const {
    return figures().drops[static_cast<std::size_t>(reason)];
  }

  const std::shared_ptr<FakeNetwork> network;

 private:
  std::unique_ptr<Listener> make(const ListenerLimits& limits) const {
    auto router = std::make_shared<Router>();
    router->add("GET", "/hello",
                [](const Request&) { return text_response(200, "text/plain", "hello"); });
    router->add("GET", "/long", [](const Request&) {
      return text_response(200, "text/plain", std::string(100'000, 'x') + "end");
    });
    router->add("POST", "/echo", [](const Request& request) {
      return text_response(200, "text/plain", request.body);
    });
    ListenerOptions options;
    options.limits = limits;
    options.network = network;
    return std::make_unique<Listener>(network->listening(), router, options);
  }

  std::unique_ptr<Listener> listener_;
};

std::size_t answers_in(const std::string& bytes) { return occurrences(bytes, "HTTP/1.1 200"); }

}  // namespace

TEST_CASE("A request that arrives byte by byte is answered once") {
  FakeServer server;
  const auto client = server.network->connect();
  for (const char byte : kHello) server.network->deliver(client, std::string(1, byte));
  CHECK(answers_in(server.network->sent_through(client, "hello")) == 1);
}

TEST_CASE("An answer that the kernel takes byte by byte arrives whole") {
  FakeServer server;
  const auto client = server.network->connect();
  server.network->take_in_pieces(client, std::vector<ssize_t>(60, 1));
  server.network->deliver(client, kHello);
  const std::string answer = server.network->sent_through(client, "hello");
  CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(answers_in(answer) == 1);
}

TEST_CASE("A full kernel is waited for, and the answer goes on where it stopped") {
  FakeServer server;
  const auto client = server.network->connect();
  server.network->take_in_pieces(client, {10, 0, 5, 0, 0});
  server.network->deliver(client, kHello);
  server.network->wait_until_full(client, 1);
  CHECK(server.network->sent(client) == "HTTP/1.1 2");
  server.network->make_writable(client);
  CHECK(server.network->sent(client) == "HTTP/1.1 200 OK");
  server.network->make_writable(client);
  CHECK(server.network->sent(client) == "HTTP/1.1 200 OK");
  server.network->make_writable(client);
  CHECK(answers_in(server.network->sent_through(client, "hello")) == 1);
  server.network->deliver(client,
                          "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nagain");
  CHECK(answers_in(server.network->sent_through(client, "again")) == 2);
}

TEST_CASE("The loop wakes once behind the last request, to overwrite its stack, and sleeps on") {
  FakeServer server;
  const auto client = server.network->connect();
  server.network->advance(milliseconds(1'000));
  CHECK(server.network->sleep() > milliseconds(1'000));
  server.network->deliver(client, "GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(answers_in(server.network->sent_through(client, "}")) == 0);
  server.network->deliver(client, "GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(server.network->sleep() == milliseconds(100));
  server.network->advance(milliseconds(100));
  CHECK(server.network->sleep() > milliseconds(1'000));
}

TEST_CASE("Requests in one piece are answered in order") {
  FakeServer server;
  const auto client = server.network->connect();
  server.network->deliver(client, kHello + kHello +
                                      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n"
                                      "last");
  CHECK(answers_in(server.network->sent_through(client, "last")) == 3);
}

TEST_CASE("A connection that is reset is gone at once, whatever it was doing") {
  FakeServer server;
  const auto idle = server.network->connect();
  const auto reading = server.network->connect();
  server.network->deliver(reading, "GET /hel");
  const auto writing = server.network->connect();
  server.network->take_in_pieces(writing, {100, 0});
  server.network->deliver(writing, "GET /long HTTP/1.1\r\nHost: a\r\n\r\n");
  for (const auto client : {idle, reading, writing}) {
    server.network->reset(client);
    server.network->wait_until_closed(client);
  }
  CHECK(server.figures().open == 0);
  const auto next = server.network->connect();
  server.network->deliver(next, kHello);
  CHECK(answers_in(server.network->sent_through(next, "hello")) == 1);
}

TEST_CASE("A peer that goes while its answer is sent is closed") {
  FakeServer server;
  const auto client = server.network->connect();
  server.network->take_in_pieces(client, {3, -1});
  server.network->deliver(client, kHello);
  server.network->wait_until_closed(client);
  CHECK(server.network->sent(client) == "HTT");
}

TEST_CASE("The end of what a client sends does not end its answer") {
  FakeServer server;
  const auto client = server.network->connect();
  server.network->deliver(client, kHello);
  server.network->finish(client);
  CHECK(answers_in(server.network->sent_through(client, "hello")) == 1);
  server.network->wait_until_closed(client);
}

TEST_CASE("A header has its time to the millisecond, however it trickles") {
  FakeServer server;
  const auto client = server.network->connect();
  server.network->deliver(client, "GET /hello HTTP/1.1\r\n");
  server.network->advance(milliseconds(4'999));
  server.network->deliver(client, "X-A: " + std::string(600, 'a') + "\r\n");
  server.network->advance(milliseconds(5'000));
  CHECK(server.network->sent(client).empty());
  server.network->advance(milliseconds(1));
  CHECK(server.network->sent(client).starts_with("HTTP/1.1 408 "));
  CHECK(server.drops(Drop::header_late) == 1);
}

TEST_CASE("A request that brings too little in an interval is cut off") {
  FakeServer server;
  const auto client = server.network->connect();
  server.network->deliver(client, "GET /hello HTTP/1.1\r\n");
  server.network->advance(milliseconds(4'999));
  CHECK(server.network->sent(client).empty());
  server.network->advance(milliseconds(1));
  CHECK(server.network->sent(client).starts_with("HTTP/1.1 408 "));
  CHECK(server.drops(Drop::too_slow) == 1);
}

TEST_CASE("A body has its own time, from the blank line on") {
  FakeServer server;
  const auto client = server.network->connect();
  server.network->deliver(client, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9000\r\n\r\n");
  for (int i = 0; i < 3; ++i) {
    CHECK(server.network->sent(client).empty());
    server.network->deliver(client, std::string(600, 'x'));
    server.network->advance(milliseconds(4'999));
  }
  server.network->deliver(client, std::string(600, 'x'));
  CHECK(server.network->sent(client).empty());
  server.network->advance(milliseconds(3));
  CHECK(server.network->sent(client).starts_with("HTTP/1.1 408 "));
  CHECK(server.drops(Drop::body_late) == 1);
}

TEST_CASE("An idle connection is closed when its time is over, and not before") {
  FakeServer server;
  const auto client = server.network->connect();
  server.network->advance(milliseconds(74'999));
  CHECK_FALSE(server.network->is_closed(client));
  server.network->advance(milliseconds(1));
  CHECK(server.network->is_closed(client));
  CHECK(server.network->sent(client).empty());
  CHECK(server.drops(Drop::idle) == 1);
}

TEST_CASE("An answer that is not read is given up: one that is read slowly is not") {
  FakeServer server;
  const auto never = server.network->connect();
  const auto slowly = server.network->connect();
  server.network->take_in_pieces(never, {100, 0, 0, 0, 0, 0, 0, 0, 0});
  server.network->take_in_pieces(slowly, {100, 0, 20'000, 0, 20'000, 0, 20'000, 0});
  for (const auto client : {never, slowly}) {
    server.network->deliver(client, "GET /long HTTP/1.1\r\nHost: a\r\n\r\n");
    server.network->wait_until_full(client, 1);
  }
  for (int i = 0; i < 3; ++i) {
    server.network->make_writable(slowly);
    server.network->advance(milliseconds(14'000));
  }
  server.network->wait_until_closed(never);
  CHECK(server.drops(Drop::write_late) == 1);
  server.network->make_writable(slowly);
  CHECK(answers_in(server.network->sent_through(slowly, "end")) == 1);
}

TEST_CASE("Without descriptors accepting pauses, and goes on by itself") {
  FakeServer server;
  server.network->fail_accepts({EINTR, ECONNABORTED, EMFILE});
  const auto client = server.network->connect();
  CHECK(server.figures().open == 0);
  server.network->advance(milliseconds(99));
  CHECK(server.figures().open == 0);
  server.network->advance(milliseconds(1));
  CHECK(server.figures().open == 1);
  server.network->deliver(client, kHello);
  CHECK(answers_in(server.network->sent_through(client, "hello")) == 1);
}

TEST_CASE("A drain leaves who is connected time for the request that is on its way") {
  FakeServer server;
  const auto kept = server.network->connect();
  server.network->deliver(kept, kHello);
  server.network->wait_until_answered(kept);
  const auto fresh = server.network->connect();
  const auto silent = server.network->connect();
  std::thread drain([&] { server.listener().drain(milliseconds(10'000)); });
  server.network->wait_until_nobody_listens();
  server.network->advance(milliseconds(499));
  for (const auto client : {kept, fresh}) {
    server.network->deliver(client, kHello);
    server.network->wait_until_sending_is_finished(client);
    CHECK(server.network->sent(client).find("Connection: close\r\n") != std::string::npos);
  }
  CHECK(answers_in(server.network->sent(kept)) == 2);
  CHECK_FALSE(server.network->is_closed(silent));
  server.network->advance(milliseconds(1));
  CHECK(server.network->is_closed(silent));
  CHECK(server.network->sent(silent).empty());
  server.network->advance_to_the_end(milliseconds(1'000));
  drain.join();
}

TEST_CASE("Who has not been accepted yet when a drain begins is, and answered") {
  FakeServer server;
  server.network->fail_accepts({EMFILE});
  const auto waiting = server.network->connect();
  CHECK(server.figures().open == 0);
  std::thread drain([&] { server.listener().drain(milliseconds(10'000)); });
  server.network->wait_until_nobody_listens();
  server.network->deliver(waiting, kHello);
  server.network->wait_until_sending_is_finished(waiting);
  CHECK(answers_in(server.network->sent(waiting)) == 1);
  server.network->advance_to_the_end(milliseconds(1'000));
  drain.join();
}

TEST_CASE("A last answer is followed by an end, and what comes after it is thrown away") {
  FakeServer server;
  const auto client = server.network->connect();
  server.network->deliver(client,
                          "GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + kHello);
  CHECK(answers_in(server.network->sent_through(client, "hello")) == 1);
  server.network->deliver(client, kHello);
  server.network->wait_until_sending_is_finished(client);
  CHECK_FALSE(server.network->is_closed(client));
  server.network->advance(milliseconds(1'000));
  CHECK(server.network->is_closed(client));
  CHECK(answers_in(server.network->sent(client)) == 1);
}
