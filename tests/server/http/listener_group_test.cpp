// Several loops behind one listener: whose a connection is, and that what is limited, counted and
// drained is so over all of them.

#include <algorithm>
#include <future>
#include <latch>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "http/listener.h"
#include "server/http/loopback_client.h"
#include "support/catch.h"

using namespace consent::http;
using consent::Cidr;
using std::chrono::milliseconds;
using namespace std::string_literals;

namespace {

constexpr std::string_view kLoop = "GET /loop HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view kHold = "GET /hold HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view kWork = "GET /work HTTP/1.1\r\nHost: a\r\n\r\n";

// GET /loop says at once which thread answers; GET /hold does so as soon as the test lets it, and
// holds its loop until then; GET /work is a worker's, and waits likewise.
class Server {
 public:
  explicit Server(ListenerOptions options, int held = 0)
      : arrived_(held), listener_(listen_on("127.0.0.1", 0), make(), std::move(options)) {
    listener_.start();
  }
  ~Server() {
    release();
    listener_.drain(milliseconds(0));
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const { return listener_.port(); }
  Listener& listener() { return listener_; }
  ListenerFigures figures() const { return listener_.figures(); }
  std::uint64_t drops(Drop reason) const {
    return figures().drops[static_cast<std::size_t>(reason)];
  }
  void wait_until_held() { arrived_.wait(); }
  void release() {
    if (!std::exchange(was_released_, true)) released_.set_value();
  }
  // What a loop counts may come a moment behind what a client sees of it.
  template <typename Holds>
  bool comes_to(Holds holds) const {
    for (int i = 0; i < 10'000 && !holds(figures()); ++i) {
      std::this_thread::sleep_for(milliseconds(1));
    }
    return holds(figures());
  }

 private:
  std::string loop_number() {
    const std::lock_guard lock(mutex_);
    return std::to_string(
        threads_.emplace(std::this_thread::get_id(), threads_.size()).first->second);
  }
  Response answer() { return text_response(200, "text/plain", loop_number()); }
  Response answer_when_released() {
    arrived_.count_down();
    release_.wait_for(std::chrono::seconds(10));
    return answer();
  }
  std::shared_ptr<const Router> make() {
    auto router = std::make_shared<Router>();
    const auto held = [this](const Request&) { return answer_when_released(); };
    router->add(
        "GET", "/loop", [this](const Request&) { return answer(); }, Answers::at_once);
    router->add("GET", "/hold", held, Answers::at_once);
    router->add("GET", "/work", held);
    return router;
  }

  std::mutex mutex_;
  std::map<std::thread::id, std::size_t> threads_;
  std::latch arrived_;
  std::promise<void> released_;
  std::shared_future<void> release_{released_.get_future()};
  bool was_released_ = false;
  Listener listener_;
};

ListenerOptions with_loops(unsigned loops) {
  ListenerOptions options;
  options.loops = loops;
  options.workers = 8;
  return options;
}

}  // namespace

TEST_CASE("Connections are shared among the loops, and stay where they are") {
  Server server(with_loops(4));
  std::vector<std::unique_ptr<LoopbackClient>> clients;
  std::vector<std::string> loops;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(std::make_unique<LoopbackClient>(server.port()));
    loops.push_back(clients.back()->ask(kLoop).body);
  }
  for (std::size_t i = 0; i < 4; ++i) CHECK(std::count(loops.begin(), loops.end(), loops[i]) == 2);
  for (std::size_t i = 0; i < 8; ++i) CHECK(clients[i]->ask(kLoop).body == loops[i]);

  clients[1].reset();
  clients[5].reset();
  CHECK(server.comes_to([](const ListenerFigures& now) { return now.open == 6; }));
  for (const std::size_t i : {1U, 5U}) {
    clients[i] = std::make_unique<LoopbackClient>(server.port());
    CHECK(clients[i]->ask(kLoop).body == loops[1]);
  }
}

TEST_CASE("A loop that is held up holds up its own connections only") {
  Server server(with_loops(2), 1);
  LoopbackClient first(server.port());
  CHECK(first.ask(kLoop).status == 200);
  LoopbackClient second(server.port());
  second.send(kHold);
  server.wait_until_held();
  CHECK(first.ask(kLoop).status == 200);
  server.release();
  CHECK(second.receive().status == 200);
}

TEST_CASE("All loops together have so many connections, and so many of an address") {
  ListenerOptions options = with_loops(3);
  options.limits.connections_max = 5;
  Server server(options);
  std::vector<LoopbackClient> busy;
  for (int i = 0; i < 5; ++i) {
    busy.emplace_back(server.port());
    busy.back().send("GET /loop HTTP/1.1\r\n");
  }
  CHECK(server.comes_to([](const ListenerFigures& now) {
    return now.received_bytes == 5 * "GET /loop HTTP/1.1\r\n"s.size();
  }));
  LoopbackClient refused(server.port());
  CHECK(refused.receive().status == 503);
  CHECK(server.drops(Drop::full) == 1);
  for (LoopbackClient& client : busy) {
    client.send("Host: a\r\n\r\n");
    CHECK(client.receive().status == 200);
  }
  CHECK(server.drops(Drop::evicted) == 0);

  options.limits.connections_per_address_max = 4;
  Server narrow(options);
  std::vector<LoopbackClient> mine;
  for (int i = 0; i < 4; ++i) {
    mine.emplace_back(narrow.port());
    CHECK(mine.back().ask(kLoop).status == 200);
  }
  CHECK(LoopbackClient(narrow.port()).receive().status == 429);
}

TEST_CASE("The longest idle connection of all loops leaves for a new one") {
  ListenerOptions options = with_loops(2);
  options.limits.connections_max = 4;
  Server server(options);
  std::vector<LoopbackClient> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back(server.port());
    CHECK(clients.back().ask(kLoop).status == 200);
  }
  // Now the longest idle one is not with the loop that accepts.
  CHECK(clients[0].ask(kLoop).status == 200);
  LoopbackClient newcomer(server.port());
  CHECK(newcomer.ask(kLoop).status == 200);
  CHECK(clients[1].is_closed());
  for (const std::size_t i : {0U, 2U, 3U}) CHECK(clients[i].ask(kLoop).status == 200);
  CHECK(server.drops(Drop::evicted) == 1);
  CHECK(server.figures().open == 4);
}

TEST_CASE("An address that has its fill makes nobody leave") {
  ListenerOptions options = with_loops(2);
  options.limits.connections_max = 3;
  options.limits.connections_per_address_max = 3;
  Server server(options);
  std::vector<LoopbackClient> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back(server.port());
    CHECK(clients.back().ask(kLoop).status == 200);
  }
  CHECK(LoopbackClient(server.port()).receive().status == 429);
  for (LoopbackClient& client : clients) CHECK(client.ask(kLoop).status == 200);
  CHECK(server.drops(Drop::evicted) == 0);
}

TEST_CASE("An address behind a proxy is counted over all loops") {
  ListenerOptions options = with_loops(4);
  options.trusted_proxies = {Cidr::parse("127.0.0.0/8").value()};
  options.proxy_protocol = true;
  options.limits.connections_per_address_max = 3;
  Server server(options);
  const std::string from =
      "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0C\xC0\x00\x02\x07\x0A\0\0\x01\x30\x39\x01\xBB"s;
  std::vector<LoopbackClient> clients;
  std::set<std::string> loops;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back(server.port());
    loops.insert(clients.back().ask(from + std::string(kLoop)).body);
  }
  CHECK(loops.size() == 3);
  LoopbackClient further(server.port());
  further.send(from);
  CHECK(further.receive().status == 429);
}

TEST_CASE("A drain ends the requests of every loop, and then all of them") {
  Server server(with_loops(3), 3);
  std::vector<LoopbackClient> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back(server.port());
    CHECK(clients.back().ask(kLoop).status == 200);
  }
  LoopbackClient idle(server.port());
  CHECK(idle.ask(kLoop).status == 200);
  for (LoopbackClient& client : clients) client.send(kWork);
  server.wait_until_held();
  auto drained =
      std::async(std::launch::async, [&] { server.listener().drain(milliseconds(10'000)); });
  CHECK(idle.is_closed());
  CHECK(server.comes_to([](const ListenerFigures& now) { return now.open == 3; }));
  server.release();
  for (LoopbackClient& client : clients) {
    const Answer answer = client.receive();
    CHECK(answer.status == 200);
    CHECK(answer.closes());
  }
  clients.clear();
  drained.get();
  CHECK(server.figures().open == 0);
  CHECK_THROWS(LoopbackClient(server.port()));
}

TEST_CASE("Connections that come during a drain leave no loop behind") {
  for (int round = 0; round < 5; ++round) {
    Server server(with_loops(4));
    std::latch begun(4);
    std::vector<std::jthread> callers;
    for (int i = 0; i < 4; ++i) {
      callers.emplace_back([&, left = 100]() mutable {
        try {
          while (left-- > 0) {
            if (LoopbackClient(server.port()).ask(kLoop).status != 200) return;
            if (left == 90) begun.count_down();
          }
        } catch (const std::runtime_error&) {  // closed, or not let in any more
        }
      });
    }
    begun.wait();
    server.listener().drain(milliseconds(10'000));
    CHECK(server.figures().open == 0);
  }
}

TEST_CASE("What the loops count adds up") {
  Server server(with_loops(4));
  std::vector<LoopbackClient> clients;
  std::size_t answered = 0;
  for (int i = 0; i < 6; ++i) {
    clients.emplace_back(server.port());
    answered += clients.back().ask(kLoop).body.size();
  }
  CHECK(clients[5].ask("nonsense\r\n\r\n").status == 400);
  CHECK(clients[4].ask("nonsense\r\n\r\n").status == 400);
  CHECK(server.figures().accepted == 6);
  CHECK(server.figures().received_bytes == 6 * kLoop.size() + 2 * "nonsense\r\n\r\n"s.size());
  CHECK(server.figures().sent_bytes > answered);
  CHECK(server.drops(Drop::malformed) == 2);
  clients.clear();
  CHECK(server.comes_to([](const ListenerFigures& now) { return now.open == 0; }));
}
