// Long bodies that many answers share: whoever reads slowly, or not at all, holds no copy.

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "http/listener.h"
#include "server/http/fake_network.h"
#include "support/catch.h"
#include "support/heap.h"
#include "support/occurrences.h"
#include "support/tls_client.h"

using namespace consent;
using namespace consent::http;
using consent::testing::heap_bytes;
using consent::testing::occurrences;
using consent::testing::TemporaryDirectory;
using consent::testing::TlsClient;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t kLongBytes = 200 * 1024;
constexpr std::size_t kHeldBytesMax = 40 * 1024;
const std::vector<std::string> kWays{"at_once", "worker"};

std::string get(std::string_view path, std::string_view field = "", std::string_view as = "GET") {
  return std::string(as) + " /" + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" +
         std::string(field) + "\r\n";
}

// No part of it is like another.
SharedText long_text() {
  std::string text;
  for (int i = 0; text.size() < kLongBytes; ++i) text += std::to_string(i) + ' ';
  text.resize(kLongBytes - 3);
  return std::make_shared<const std::string>(text + "end");
}

// GET /at_once and /worker answer the long text, by whom they say; GET /short answers "short".
std::shared_ptr<const Router> routes(const SharedText& text) {
  auto router = std::make_shared<Router>();
  const auto answer = [text](const Request&) {
    Response response;
    response.set("Content-Type", "text/html");
    response.shared_body = text;
    return response;
  };
  router->add("GET", "/at_once", answer, Answers::at_once);
  router->add("GET", "/worker", answer);
  router->add("GET", "/short",
              [](const Request&) { return text_response(200, "text/html", "short"); });
  return router;
}

struct Server {
  explicit Server(std::shared_ptr<const tls::Context> context = nullptr) {
    ListenerOptions options;
    options.network = network;
    options.tls = std::move(context);
    listener = std::make_unique<Listener>(network->listening(), routes(text), options);
    listener->start();
  }
  ~Server() { listener->drain(milliseconds(0)); }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  SharedText text = long_text();
  const std::shared_ptr<FakeNetwork> network = std::make_shared<FakeNetwork>();
  std::unique_ptr<Listener> listener;
};

struct TlsServer {
  TemporaryDirectory directory;
  Server plain{std::make_shared<tls::Context>(testing::make_certificate(directory))};
};

// A client of a TlsServer, behind its handshake.
class SealedClient {
 public:
  explicit SealedClient(FakeNetwork& network) : network_(network), number_(network.connect()) {
    for (std::string out = tls_.receive(""); !out.empty(); out = tls_.receive(arrived())) {
      network_.deliver(number_, out);
    }
  }
  FakeNetwork::Client number() const { return number_; }
  void ask(std::string_view request) { network_.deliver(number_, tls_.seal(request)); }
  const std::string& received() {
    tls_.receive(arrived());
    return tls_.received();
  }
  bool has_goodbye() {
    tls_.receive(arrived());
    return tls_.has_goodbye();
  }

 private:
  std::string arrived() {
    const std::string all = network_.sent(number_);
    std::string news = all.substr(seen_);
    seen_ = all.size();
    return news;
  }
  FakeNetwork& network_;
  FakeNetwork::Client number_;
  TlsClient tls_;
  std::size_t seen_ = 0;
};

// The kernel is full after each of these: they end within the fields and within the text.
const std::vector<ssize_t> kTaken{1, 100, 7, 30'000, 8'192, 1, 16'384, 500, 9, 60'000, 1, 40'000};

void take_slowly(FakeNetwork& network, FakeNetwork::Client client) {
  std::vector<ssize_t> pieces;
  for (const ssize_t piece : kTaken) pieces.insert(pieces.end(), {piece, 0});
  network.take_in_pieces(client, pieces);
}

// From then on until all was taken; the kernel was full so often before.
void read_slowly(FakeNetwork& network, FakeNetwork::Client client, std::size_t full_before = 0) {
  for (std::size_t i = 1; i <= kTaken.size(); ++i) {
    network.wait_until_full(client, static_cast<int>(full_before + i));
    network.make_writable(client);
  }
}

bool is_one_answer(const std::string& bytes, std::string_view body) {
  return occurrences(bytes, "HTTP/1.1 200 ") == 1 &&
         std::string_view(bytes).substr(bytes.find("\r\n\r\n") + 4) == body;
}

std::string repeated(const std::string& part, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += part;
  return all;
}

}  // namespace

TEST_CASE("Who does not read a long shared body holds little") {
  constexpr int kClients = 20;
  for (const std::string& way : kWays) {
    Server server;
    std::vector<FakeNetwork::Client> clients;
    for (int i = 0; i < kClients; ++i) clients.push_back(server.network->connect());
    const std::size_t before = heap_bytes();
    for (const auto client : clients) {
      server.network->take_in_pieces(client, {300, 0});
      server.network->deliver(client, repeated(get(way), 60));
      server.network->wait_until_full(client, 1);
    }
    const std::size_t held = (heap_bytes() - before) / kClients;
    INFO(way);
    CHECK(held < kHeldBytesMax);
    CHECK(server.listener->figures().open == kClients);
  }
}

TEST_CASE("Who does not read a long shared body over TLS holds little") {
  constexpr int kClients = 20;
  for (const std::string& way : kWays) {
    TlsServer sealed;
    Server& server = sealed.plain;
    std::vector<std::unique_ptr<SealedClient>> clients;
    for (int i = 0; i < kClients; ++i) {
      clients.push_back(std::make_unique<SealedClient>(*server.network));
    }
    const std::size_t before = heap_bytes();
    for (const auto& client : clients) {
      server.network->take_in_pieces(client->number(), {300, 0});
      client->ask(repeated(get(way), 60));
      server.network->wait_until_full(client->number(), 1);
      server.network->take_in_pieces(client->number(), {1'000, 9'000, 0});
      server.network->make_writable(client->number());
    }
    const std::size_t held = (heap_bytes() - before) / kClients;
    INFO(way);
    CHECK(held < kHeldBytesMax);
  }
}

TEST_CASE("A long shared body leaves at once where the kernel takes it") {
  for (const std::string& way : kWays) {
    INFO(way);
    Server server;
    const auto client = server.network->connect();
    server.network->deliver(client, get(way));
    CHECK(is_one_answer(server.network->sent_through(client, "end"), *server.text));
  }
}

TEST_CASE("Who reads slowly gets every byte in order, and may ask again") {
  for (const std::string& way : kWays) {
    INFO(way);
    Server server;
    const auto client = server.network->connect();
    take_slowly(*server.network, client);
    server.network->deliver(client, get(way));
    read_slowly(*server.network, client);
    CHECK(is_one_answer(server.network->sent_through(client, "end"), *server.text));
    server.network->deliver(client, get("short"));
    CHECK(occurrences(server.network->sent_through(client, "short"), "HTTP/1.1 200 ") == 2);
  }
}

TEST_CASE("Who reads slowly over TLS gets every byte in order, then the goodbye") {
  for (const std::string& way : kWays) {
    INFO(way);
    TlsServer sealed;
    FakeNetwork& network = *sealed.plain.network;
    SealedClient client(network);
    take_slowly(network, client.number());
    client.ask(get(way));
    read_slowly(network, client.number());
    CHECK(is_one_answer(client.received(), *sealed.plain.text));
    CHECK_FALSE(client.has_goodbye());

    const std::size_t before = client.received().size();
    take_slowly(network, client.number());
    client.ask(get(way, "Connection: close\r\n"));
    read_slowly(network, client.number(), kTaken.size());
    network.wait_until_sending_is_finished(client.number());
    CHECK(is_one_answer(client.received().substr(before), *sealed.plain.text));
    CHECK(client.has_goodbye());
  }
}

TEST_CASE("Requests behind a long shared body are answered in order") {
  Server server;
  const auto client = server.network->connect();
  take_slowly(*server.network, client);
  const std::string round = get("at_once") + get("short") + get("worker");
  server.network->deliver(client, repeated(round, 20) + get("short", "Connection: close\r\n"));
  read_slowly(*server.network, client);
  server.network->wait_until_sending_is_finished(client);
  const std::string sent = server.network->sent(client);
  CHECK(occurrences(sent, "HTTP/1.1 200 ") == 61);
  CHECK(occurrences(sent, *server.text) == 40);
  CHECK(occurrences(sent, "\r\n\r\n" + *server.text + "HTTP/1.1 200 ") == 40);
  CHECK(sent.ends_with("\r\n\r\nshort"));
}

TEST_CASE("HEAD of a long shared body has its length and not a byte of it") {
  for (const std::string& way : kWays) {
    Server server;
    const auto client = server.network->connect();
    server.network->deliver(client, get(way, "", "HEAD") + get("short"));
    const std::string sent = server.network->sent_through(client, "short");
    CHECK(occurrences(sent, "Content-Length: " + std::to_string(kLongBytes) + "\r\n") == 1);
    CHECK(sent.size() < 1'000);
  }
}

TEST_CASE("A last long shared body ends the connection behind its last byte") {
  Server server;
  for (const std::string& way : kWays) {
    const auto client = server.network->connect();
    take_slowly(*server.network, client);
    server.network->deliver(client, get(way, "Connection: close\r\n") + get("short"));
    read_slowly(*server.network, client);
    server.network->wait_until_sending_is_finished(client);
    CHECK(is_one_answer(server.network->sent(client), *server.text));
  }
}

TEST_CASE("A long shared body has its time for each 16 KiB") {
  Server server;
  const auto never = server.network->connect();
  const auto slow = server.network->connect();
  server.network->take_in_pieces(never, {1'000, 0, 0, 0, 0, 0, 0});
  server.network->take_in_pieces(slow, {1'000, 0, 20'000, 0, 20'000, 0, 20'000, 0});
  for (const auto client : {never, slow}) {
    server.network->deliver(client, get("at_once"));
    server.network->wait_until_full(client, 1);
  }
  for (int i = 0; i < 3; ++i) {
    server.network->make_writable(slow);
    server.network->advance(milliseconds(14'000));
  }
  server.network->wait_until_closed(never);
  CHECK(server.listener->figures().drops[static_cast<std::size_t>(Drop::write_late)] == 1);
  server.network->make_writable(slow);
  CHECK(is_one_answer(server.network->sent_through(slow, "end"), *server.text));
}

TEST_CASE("A shared text is let go when it was sent, and when its reader is gone") {
  for (const std::string& way : kWays) {
    Server server;
    const long owners = server.text.use_count();
    const auto patient = server.network->connect();
    const auto gone = server.network->connect();
    for (const auto client : {patient, gone}) {
      take_slowly(*server.network, client);
      server.network->deliver(client, get(way));
      server.network->wait_until_full(client, 1);
    }
    CHECK(server.text.use_count() == owners + 2);
    server.network->reset(gone);
    server.network->wait_until_closed(gone);
    CHECK(server.text.use_count() == owners + 1);
    read_slowly(*server.network, patient);
    CHECK(is_one_answer(server.network->sent_through(patient, "end"), *server.text));
    CHECK(server.text.use_count() == owners);
  }
}

TEST_CASE("A text that a reload has replaced is there until its last reader has it") {
  Server server;
  const std::string old = *server.text;
  const auto client = server.network->connect();
  take_slowly(*server.network, client);
  server.network->deliver(client, get("at_once"));
  server.network->wait_until_full(client, 1);
  const std::weak_ptr<const std::string> replaced =
      std::exchange(server.text, std::make_shared<const std::string>(kLongBytes, 'n'));
  server.listener->use(routes(server.text));
  const auto other = server.network->connect();
  server.network->deliver(other, get("at_once"));
  CHECK(is_one_answer(server.network->sent_through(other, "n"), *server.text));
  CHECK(replaced.use_count() == 1);
  read_slowly(*server.network, client);
  CHECK(is_one_answer(server.network->sent_through(client, "end"), old));
  CHECK(replaced.expired());
}

TEST_CASE("A drain waits for who reads a long shared body slowly, as long as it may") {
  Server server;
  const auto slow = server.network->connect();
  const auto never = server.network->connect();
  for (const auto client : {slow, never}) {
    take_slowly(*server.network, client);
    server.network->deliver(client, get("worker"));
    server.network->wait_until_full(client, 1);
  }
  std::thread drain([&] { server.listener->drain(milliseconds(10'000)); });
  server.network->wait_until_nobody_listens();
  server.network->advance(milliseconds(500));
  read_slowly(*server.network, slow);
  server.network->wait_until_closed(slow);
  CHECK(is_one_answer(server.network->sent(slow), *server.text));
  CHECK_FALSE(server.network->is_closed(never));
  server.network->advance_to_the_end(milliseconds(10'000));
  drain.join();
  CHECK(server.network->is_closed(never));
}
