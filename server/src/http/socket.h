#pragma once
// File descriptors that close themselves, and the listening socket.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "consent/ip_address.h"

namespace consent::http {

class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int number) : number_(number) {}
  FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~FileDescriptor();
  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }
  void close();

 private:
  int number_ = -1;
};

struct ListeningSocket {
  FileDescriptor descriptor;  // non-blocking
  std::uint16_t port = 0;
  bool loopback = false;
};

// Throws std::runtime_error that names host, port and reason.
ListeningSocket listen_on(const std::string& host, std::uint16_t port);

// A socket that listens already, opened by somebody else. Throws std::runtime_error when it is not.
ListeningSocket take_listening(int descriptor);

struct AcceptedSocket {
  FileDescriptor descriptor;  // non-blocking, TCP_NODELAY; closed when there was none to accept
  IpAddress peer;
  int error = 0;  // errno when closed
};
AcceptedSocket accept_from(const FileDescriptor& listening);

}  // namespace consent::http
