// What the event loop answers itself, beside workers that are busy and clients that want too much.

#include <algorithm>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "http/listener.h"
#include "server/http/fake_network.h"
#include "support/catch.h"
#include "support/occurrences.h"

using namespace consent::http;
using consent::testing::occurrences;
using std::chrono::milliseconds;

namespace {

std::string get(std::string_view path) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n\r\n";
}

// GET /now/{who} at once, GET /maybe/{who} at once from the second time on, GET /wait by a worker
// until released.
class Server {
 public:
  Server() : network(std::make_shared<FakeNetwork>()), listener_(make()) { listener_->start(); }
  ~Server() {
    release();
    listener_->drain(milliseconds(0));
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  struct Asked {
    std::string who;
    bool at_once;
    std::uint64_t turn;
    std::thread::id thread;
  };
  std::vector<Asked> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }
  void wait_for_waiting() { waits_.get_future().wait(); }
  void release() {
    if (!std::exchange(was_released_, true)) released_.set_value();
  }

  const std::shared_ptr<FakeNetwork> network;

 private:
  Response note(const Request& request) {
    const std::lock_guard lock(mutex_);
    std::string who(request.path_parameter("who"));
    asked_.push_back({who, request.at_once, request.turn, std::this_thread::get_id()});
    return text_response(200, "text/plain", who + ";");
  }

  std::unique_ptr<Listener> make() {
    auto router = std::make_shared<Router>();
    router->add(
        "GET", "/now/{who}", [this](const Request& request) { return note(request); },
        Answers::at_once);
    router->add(
        "GET", "/maybe/{who}",
        [this](const Request& request) -> std::optional<Response> {
          Response response = note(request);
          if (asked().size() == 1) return std::nullopt;
          return response;
        },
        Answers::at_once);
    router->add("GET", "/wait", [this](const Request&) {
      waits_.set_value();
      release_.wait_for(std::chrono::seconds(10));
      return text_response(200, "text/plain", "waited");
    });
    ListenerOptions options;
    options.workers = 1;
    options.network = network;
    return std::make_unique<Listener>(network->listening(), router, options);
  }

  mutable std::mutex mutex_;
  std::vector<Asked> asked_;
  std::promise<void> waits_;
  std::promise<void> released_;
  std::shared_future<void> release_{released_.get_future()};
  bool was_released_ = false;
  std::unique_ptr<Listener> listener_;
};

}  // namespace

TEST_CASE("What answers at once needs no worker: all of them may be waiting") {
  Server server;
  const auto waiting = server.network->connect();
  server.network->deliver(waiting, get("/wait"));
  server.wait_for_waiting();
  const auto client = server.network->connect();
  server.network->deliver(client, get("/now/a"));
  // The loop sleeps again, so it has been answered.
  CHECK(server.network->sent(client).ends_with("a;"));
  server.network->deliver(client, get("/nowhere"));
  CHECK(occurrences(server.network->sent(client), "HTTP/1.1 404 ") == 1);
  server.network->deliver(client, get("/maybe/b"));
  CHECK(server.network->sent(client).ends_with("b;"));
  CHECK(server.network->sent(waiting).empty());
  server.release();
  CHECK(server.network->sent_through(waiting, "waited").starts_with("HTTP/1.1 200 "));
}

TEST_CASE("What a handler cannot answer at once is asked again by a worker, as one request") {
  Server server;
  const auto client = server.network->connect();
  server.network->deliver(client, get("/maybe/a"));
  const std::string sent = server.network->sent_through(client, "a;");
  CHECK(occurrences(sent, "HTTP/1.1 200 ") == 1);
  const auto asked = server.asked();
  REQUIRE(asked.size() == 2);
  CHECK(asked[0].at_once);
  CHECK(asked[0].turn != 0);
  CHECK_FALSE(asked[1].at_once);
  CHECK(asked[1].turn == 0);
  CHECK(asked[0].thread != asked[1].thread);
}

TEST_CASE("Who sends many requests in one piece takes turns with the others") {
  Server server;
  // The one that the loop hears of first.
  const auto [greedy, modest] = std::minmax({server.network->connect(), server.network->connect()});
  std::string many;
  for (int i = 0; i < 100; ++i) many += get("/now/greedy");
  server.network->deliver_together({{greedy, many}, {modest, get("/now/modest")}});
  CHECK(occurrences(server.network->sent(greedy), "greedy;") == 100);
  const auto asked = server.asked();
  REQUIRE(asked.size() == 101);
  CHECK(asked[0].who == "greedy");
  CHECK(asked[1].who == "modest");
  CHECK(asked[0].turn == asked[1].turn);
  for (std::size_t i = 2; i < asked.size(); ++i) CHECK(asked[i].turn > asked[i - 1].turn);
}

TEST_CASE("A turn answers so many and no more: what comes meanwhile is read first") {
  Server server;
  std::vector<std::pair<FakeNetwork::Client, std::string>> pieces;
  for (int i = 0; i < 200; ++i) {
    pieces.emplace_back(server.network->connect(), get("/now/a") + get("/now/b"));
  }
  server.network->deliver_together(pieces);
  const auto asked = server.asked();
  REQUIRE(asked.size() == 400);
  std::size_t in_turn = 0;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    in_turn = i > 0 && asked[i].turn == asked[i - 1].turn ? in_turn + 1 : 1;
    CHECK(in_turn <= 64);
  }
  for (const auto& [client, bytes] : pieces) {
    CHECK(occurrences(server.network->sent(client), "HTTP/1.1 200 ") == 2);
  }
}

TEST_CASE("Requests behind one that a worker has wait for it, whoever answers them") {
  Server server;
  const auto client = server.network->connect();
  server.network->deliver(client, get("/now/a") + get("/wait") + get("/now/b"));
  server.wait_for_waiting();
  CHECK(server.network->sent(client).ends_with("a;"));
  server.release();
  const std::string sent = server.network->sent_through(client, "b;");
  CHECK(sent.find("waited") < sent.find("b;"));
}

TEST_CASE("An answer given at once that the kernel does not take goes on when it does") {
  Server server;
  const auto client = server.network->connect();
  server.network->take_in_pieces(client, {10, 0});
  server.network->deliver(client, get("/now/a") + get("/now/b"));
  CHECK(server.network->sent(client) == "HTTP/1.1 2");
  server.network->make_writable(client);
  const std::string sent = server.network->sent_through(client, "b;");
  CHECK(occurrences(sent, "HTTP/1.1 200 ") == 2);
}

TEST_CASE("Who is gone when its turn comes takes nothing with it") {
  Server server;
  const auto gone = server.network->connect();
  const auto client = server.network->connect();
  server.network->take_in_pieces(gone, {-1});
  server.network->deliver_together(
      {{gone, get("/now/a") + get("/now/b")}, {client, get("/now/c")}});
  CHECK(server.network->is_closed(gone));
  CHECK(server.network->sent(client).ends_with("c;"));
}
