#include "http/socket.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <span>
#include <stdexcept>
#include <system_error>

namespace consent::http {
namespace {

IpAddress address_of(const sockaddr_storage& storage) {
  if (storage.ss_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &storage, sizeof in);
    std::array<std::uint8_t, 4> bytes{};
    std::memcpy(bytes.data(), &in.sin_addr, bytes.size());
    return IpAddress::from_ipv4(bytes);
  }
  sockaddr_in6 in6{};
  std::memcpy(&in6, &storage, sizeof in6);
  std::array<std::uint8_t, 16> bytes{};
  std::memcpy(bytes.data(), &in6.sin6_addr, bytes.size());
  return IpAddress::from_ipv6(bytes);
}

// The socket calls want this one cast.
sockaddr* as_sockaddr(sockaddr_storage& storage) { return reinterpret_cast<sockaddr*>(&storage); }

void switch_on(int descriptor, int level, int option) {
  const int on = 1;
  ::setsockopt(descriptor, level, option, &on, sizeof on);
}

// False when the socket is none of TCP.
bool learn_name(ListeningSocket& listening) {
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  if (::getsockname(listening.descriptor.number(), as_sockaddr(bound), &size) != 0) return false;
  if (bound.ss_family != AF_INET && bound.ss_family != AF_INET6) return false;
  sockaddr_in in{};  // IPv6 keeps its port at the same place
  std::memcpy(&in, &bound, sizeof in);
  listening.port = ntohs(in.sin_port);
  listening.loopback = address_of(bound).is_loopback();
  return true;
}

[[noreturn]] void fail(const std::string& where, const std::string& reason) {
  throw std::runtime_error("cannot listen on " + where + ": " + reason +
                           "; choose another address or port, or stop the program that holds it");
}

}  // namespace

FileDescriptor::~FileDescriptor() { close(); }

void FileDescriptor::close() {
  if (number_ >= 0) ::close(number_);
  number_ = -1;
}

ListeningSocket listen_on(const std::string& host, std::uint16_t port) {
  const std::string where =
      (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + std::to_string(port);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int status = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (status != 0) fail(where, ::gai_strerror(status));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);

  ListeningSocket listening;
  listening.descriptor = FileDescriptor(
      ::socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, found->ai_protocol));
  const int number = listening.descriptor.number();
  if (number < 0) fail(where, std::generic_category().message(errno));
  switch_on(number, SOL_SOCKET, SO_REUSEADDR);
  if (::bind(number, found->ai_addr, found->ai_addrlen) != 0 || ::listen(number, SOMAXCONN) != 0) {
    fail(where, std::generic_category().message(errno));
  }
  if (!learn_name(listening)) fail(where, std::generic_category().message(errno));
  return listening;
}

ListeningSocket take_listening(int descriptor) {
  ListeningSocket listening;
  listening.descriptor = FileDescriptor(descriptor);
  int listens = 0;
  socklen_t size = sizeof listens;
  const bool usable = ::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 &&
                      listens != 0 && ::fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0 &&
                      learn_name(listening);
  if (!usable) {
    throw std::runtime_error("descriptor " + std::to_string(descriptor) +
                             " was passed as a listening TCP socket and is none; see ListenStream= "
                             "in the socket unit");
  }
  return listening;
}

AcceptedSocket accept_from(const FileDescriptor& listening) {
  AcceptedSocket accepted;
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  accepted.descriptor = FileDescriptor(
      ::accept4(listening.number(), as_sockaddr(peer), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!accepted.descriptor.is_open()) {
    accepted.error = errno;
    return accepted;
  }
  switch_on(accepted.descriptor.number(), IPPROTO_TCP, TCP_NODELAY);
  accepted.peer = address_of(peer);
  return accepted;
}

}  // namespace consent::http
