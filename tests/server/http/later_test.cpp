// Answers that come later: for which no worker waits.

#include <atomic>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
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

std::string post(std::string_view path) {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";
}

// One worker. POST /write/{how} is answered "stored" after finish_all(): at once; by a worker, when
// {how} is "read"; with a failure, when it is "throws"; without waiting, when it is "known". POST
// /direct/{how} is the same, begun by the loop itself. POST /short is answered by a worker.
class Server {
 public:
  Server() : network(std::make_shared<FakeNetwork>()), listener_(make()) { listener_->start(); }
  ~Server() {
    finish_all();
    listener_->drain(milliseconds(0));
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // As soon as so many wait, from a thread of its own, as a ledger's writer does.
  void finish(std::size_t count) {
    std::vector<std::function<void()>> waiting;
    std::unique_lock lock(mutex_);
    REQUIRE(arrived_.wait_for(lock, std::chrono::seconds(10),
                              [&] { return waiting_.size() >= count; }));
    waiting.swap(waiting_);
    lock.unlock();
    std::thread([&] {
      for (const auto& done : waiting) done();
    }).join();
  }
  void finish_all() { finish(0); }
  void wait_for_waiting(std::size_t count) {
    std::unique_lock lock(mutex_);
    REQUIRE(arrived_.wait_for(lock, std::chrono::seconds(10),
                              [&] { return waiting_.size() >= count; }));
  }
  struct Asked {
    bool at_once;
    std::thread::id thread;
  };
  std::vector<Asked> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }
  std::vector<Asked> begun() const {
    const std::lock_guard lock(mutex_);
    return begun_;
  }
  int reported() const { return reported_; }
  std::size_t open() const { return listener_->figures().open; }
  Listener& listener() { return *listener_; }

  const std::shared_ptr<FakeNetwork> network;

 private:
  Later later(const std::string& how) {
    return {.start =
                [this, how](std::function<void()> done) {
                  if (how == "known") return done();
                  const std::lock_guard lock(mutex_);
                  waiting_.push_back(std::move(done));
                  arrived_.notify_all();
                },
            .finish = [this, how](const Request& request) -> std::optional<Response> {
              {
                const std::lock_guard lock(mutex_);
                asked_.push_back({request.at_once, std::this_thread::get_id()});
              }
              if (how == "throws") throw std::runtime_error("no");
              if (how == "read" && request.at_once) return std::nullopt;
              return text_response(201, "text/plain", "stored");
            }};
  }

  std::unique_ptr<Listener> make() {
    auto router = std::make_shared<Router>();
    const auto begin = [this](const Request& request) {
      const std::lock_guard lock(mutex_);
      begun_.push_back({request.at_once, std::this_thread::get_id()});
      return later(std::string(request.path_parameter("how")));
    };
    router->add("POST", "/write/{how}", begin);
    router->add("POST", "/direct/{how}", begin, Answers::at_once);
    router->add("POST", "/short",
                [](const Request&) { return text_response(200, "text/plain", "short"); });
    router->on_done([this](const Request&, const Response&) { ++reported_; });
    ListenerOptions options;
    options.workers = 1;
    options.network = network;
    return std::make_unique<Listener>(network->listening(), router, options);
  }

  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<std::function<void()>> waiting_;
  std::vector<Asked> asked_;
  std::vector<Asked> begun_;
  std::atomic<int> reported_{0};
  std::unique_ptr<Listener> listener_;
};

}  // namespace

TEST_CASE("What waits to be stored holds no worker, and is answered by the loop when it is") {
  Server server;
  std::vector<FakeNetwork::Client> writers;
  for (int i = 0; i < 100; ++i) {
    writers.push_back(server.network->connect());
    server.network->deliver(writers.back(), post("/write/it"));
  }
  server.wait_for_waiting(100);
  const auto client = server.network->connect();
  server.network->deliver(client, post("/short"));
  CHECK(server.network->sent_through(client, "short").starts_with("HTTP/1.1 200 "));
  for (const auto writer : writers) CHECK(server.network->sent(writer).empty());
  CHECK(server.reported() == 1);

  server.finish(100);
  for (const auto writer : writers) {
    CHECK(server.network->sent_through(writer, "stored").starts_with("HTTP/1.1 201 "));
  }
  CHECK(server.reported() == 101);
  const auto asked = server.asked();
  REQUIRE(asked.size() == 100);
  for (const auto& each : asked) {
    CHECK(each.at_once);
    CHECK(each.thread == asked.front().thread);
  }
}

TEST_CASE("Where the answer has to read a file, a worker makes it") {
  Server server;
  const auto client = server.network->connect();
  server.network->deliver(client, post("/write/read"));
  server.finish(1);
  CHECK(occurrences(server.network->sent_through(client, "stored"), "HTTP/1.1 201 ") == 1);
  const auto asked = server.asked();
  REQUIRE(asked.size() == 2);
  CHECK(asked[0].at_once);
  CHECK_FALSE(asked[1].at_once);
  CHECK(asked[0].thread != asked[1].thread);
  CHECK(server.reported() == 1);
}

TEST_CASE("What the loop begins itself it answers itself, and no worker is asked") {
  Server server;
  const auto client = server.network->connect();
  for (const std::string_view how : {"it", "known"}) {
    server.network->deliver(client, post("/direct/" + std::string(how)) + post("/direct/known"));
    if (how == "it") server.finish(1);
    const std::string sent = server.network->sent_through(client, "stored");
    CHECK(sent.starts_with("HTTP/1.1 201 "));
  }
  server.network->deliver(client, post("/short"));
  CHECK(occurrences(server.network->sent_through(client, "short"), "HTTP/1.1 201 ") == 4);
  const auto begun = server.begun();
  const auto asked = server.asked();
  REQUIRE(begun.size() == 4);
  REQUIRE(asked.size() == 4);
  for (std::size_t i = 0; i < begun.size(); ++i) {
    CHECK(begun[i].at_once);
    CHECK(asked[i].at_once);
    CHECK(begun[i].thread == asked[i].thread);
  }
  CHECK(server.reported() == 5);
}

TEST_CASE("Of what the loop began a worker makes the answer where that has to read a file") {
  Server server;
  const auto client = server.network->connect();
  server.network->deliver(client, post("/direct/read"));
  server.finish(1);
  CHECK(occurrences(server.network->sent_through(client, "stored"), "HTTP/1.1 201 ") == 1);
  REQUIRE(server.begun().size() == 1);
  const auto asked = server.asked();
  REQUIRE(asked.size() == 2);
  CHECK(server.begun()[0].thread == asked[0].thread);
  CHECK(asked[0].thread != asked[1].thread);
  CHECK(server.reported() == 1);
}

TEST_CASE("A drain waits for what the loop has begun") {
  Server server;
  const auto client = server.network->connect();
  server.network->deliver(client, post("/direct/it"));
  server.wait_for_waiting(1);
  std::thread drain([&] { server.listener().drain(milliseconds(0)); });
  server.network->wait_until_nobody_listens();
  server.finish(1);
  drain.join();
  const std::string sent = server.network->sent(client);
  CHECK(sent.starts_with("HTTP/1.1 201 "));
  CHECK(occurrences(sent, "Connection: close\r\n") == 1);
}

TEST_CASE("Requests behind one that waits are answered after it, in order") {
  Server server;
  const auto client = server.network->connect();
  server.network->deliver(client, post("/write/it") + post("/write/known") + post("/short"));
  server.wait_for_waiting(1);
  CHECK(server.network->sent(client).empty());
  server.finish(1);
  const std::string sent = server.network->sent_through(client, "short");
  CHECK(occurrences(sent, "HTTP/1.1 201 ") == 2);
  CHECK(sent.rfind("stored") < sent.find("short"));
}

TEST_CASE("Who goes while a write waits takes nothing with it: the write is counted") {
  Server server;
  const auto gone = server.network->connect();
  const auto half_gone = server.network->connect();
  server.network->deliver(gone, post("/write/it"));
  server.network->deliver(half_gone, post("/write/it"));
  server.wait_for_waiting(2);
  server.network->reset(gone);
  server.network->finish(half_gone);
  CHECK(server.open() == 2);
  server.finish(2);
  server.network->wait_until_closed(gone);
  CHECK(server.network->sent(gone).empty());
  CHECK(server.network->sent_through(half_gone, "stored").starts_with("HTTP/1.1 201 "));
  server.network->wait_until_closed(half_gone);
  CHECK(server.reported() == 2);
  const auto next = server.network->connect();
  server.network->deliver(next, post("/write/known"));
  CHECK(server.network->sent_through(next, "stored").starts_with("HTTP/1.1 201 "));
}

TEST_CASE("An answer that fails when it can be made is a 500") {
  Server server;
  const auto client = server.network->connect();
  server.network->deliver(client, post("/write/throws"));
  server.finish(1);
  server.network->wait_until_answered(client);
  CHECK(server.network->sent(client).starts_with("HTTP/1.1 500 "));
  server.network->deliver(client, post("/short"));
  CHECK(server.network->sent_through(client, "short").find("HTTP/1.1 200 ") != std::string::npos);
}

TEST_CASE("A drain without patience still waits for what is being stored") {
  Server server;
  const auto client = server.network->connect();
  server.network->deliver(client, post("/write/it"));
  server.wait_for_waiting(1);
  std::thread drain([&] { server.listener().drain(milliseconds(0)); });
  server.network->wait_until_nobody_listens();
  CHECK(server.open() == 1);
  server.finish(1);
  drain.join();
  const std::string sent = server.network->sent(client);
  CHECK(sent.starts_with("HTTP/1.1 201 "));
  CHECK(occurrences(sent, "Connection: close\r\n") == 1);
}
