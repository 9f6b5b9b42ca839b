#include "server/http/loopback_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cctype>
#include <stdexcept>

namespace consent::http {
namespace {

constexpr int kPatienceMs = 10'000;

void fill_routes(Router& router) {
  router.add("GET", "/hello",
             [](const Request&) { return text_response(200, "text/plain", "hello"); });
  router.add("POST", "/echo",
             [](const Request& request) { return text_response(200, "text/plain", request.body); });
  router.add("GET", "/big", [](const Request&) {
    return text_response(200, "text/plain", std::string(4 * 1024 * 1024, 'x'));
  });
  router.add("GET", "/peer", [](const Request& request) {
    return text_response(200, "text/plain", request.peer.is_loopback() ? "loopback" : "elsewhere");
  });
}

}  // namespace

LoopbackClient::LoopbackClient(std::uint16_t port)
    : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(descriptor_.number(), reinterpret_cast<const sockaddr*>(&address),
                sizeof address) != 0) {
    throw std::runtime_error("client: cannot connect");
  }
}

void LoopbackClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(descriptor_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) throw std::runtime_error("client: cannot send");
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void LoopbackClient::send_some(std::string_view bytes) {
  [[maybe_unused]] const ssize_t count =
      ::send(descriptor_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void LoopbackClient::finish_sending() { ::shutdown(descriptor_.number(), SHUT_WR); }

// False when the server has closed.
bool LoopbackClient::fill() {
  pollfd waiting{descriptor_.number(), POLLIN, 0};
  if (::poll(&waiting, 1, kPatienceMs) != 1) throw std::runtime_error("client: nothing came");
  char buffer[16384];
  const ssize_t count = ::recv(descriptor_.number(), buffer, sizeof buffer, 0);
  if (count > 0) received_.append(buffer, static_cast<std::size_t>(count));
  return count > 0;
}

std::string LoopbackClient::receive_through(std::string_view end) {
  std::size_t found = received_.find(end);
  while (found == std::string::npos) {
    if (!fill()) throw std::runtime_error("client: closed before '" + std::string(end) + "'");
    found = received_.find(end);
  }
  std::string taken = received_.substr(0, found + end.size());
  received_.erase(0, taken.size());
  return taken;
}

Answer LoopbackClient::receive(std::string_view method) {
  const std::string head = receive_through("\r\n\r\n");
  Answer answer;
  answer.status = std::stoi(head.substr(9, 3));
  for (std::size_t at = head.find("\r\n") + 2; at + 2 < head.size();) {
    const std::size_t end = head.find("\r\n", at);
    const std::size_t colon = head.find(": ", at);
    std::string name = head.substr(at, colon - at);
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    answer.fields[name] = head.substr(colon + 2, end - colon - 2);
    at = end + 2;
  }
  if (method == "HEAD" || answer.fields.count("content-length") == 0) return answer;
  const std::size_t length = std::stoul(answer.fields["content-length"]);
  while (received_.size() < length) {
    if (!fill()) throw std::runtime_error("client: closed within a body");
  }
  answer.body = received_.substr(0, length);
  received_.erase(0, length);
  return answer;
}

bool LoopbackClient::is_closed() { return received_.empty() && !fill(); }

Answer LoopbackClient::ask(std::string_view request) {
  send(request);
  return receive(request.substr(0, request.find(' ')));
}

EchoServer::EchoServer(const ListenerLimits& limits, unsigned workers)
    : EchoServer(ListenerOptions{
          .limits = limits, .workers = workers, .trusted_proxies = {}, .tls = {}, .network = {}}) {}

EchoServer::EchoServer(const ListenerOptions& options)
    : router_(std::make_shared<Router>()), listener_(listen_on("127.0.0.1", 0), router_, options) {
  fill_routes(*router_);
  router_->add("GET", "/wait", [this](const Request&) { return wait_here(); });
  router_->on_done([this](const Request& request, const Response&) {
    ++(request.method.empty() || request.route.empty() ? refusals_ : requests_);
  });
  listener_.start();
}

EchoServer::~EchoServer() {
  release();
  listener_.drain(std::chrono::milliseconds(0));
}

Response EchoServer::wait_here() {
  arrived_.set_value();
  release_.wait_for(std::chrono::milliseconds(kPatienceMs));
  return text_response(200, "text/plain", "waited");
}

void EchoServer::wait_for_request() { arrived_.get_future().wait(); }

void EchoServer::release() {
  if (!was_released_.exchange(true)) released_.set_value();
}

}  // namespace consent::http
