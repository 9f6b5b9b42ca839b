#include "process/systemd_protocol.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <optional>

#include "process/file_descriptor.h"

namespace consent::server {
namespace {

constexpr int kFirstPassed = 3;
constexpr int kPassedMax = 64;

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

std::optional<int> number(const std::string& text) {
  int value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, code] = std::from_chars(text.data(), end, value);
  if (code != std::errc{} || stop != end) return std::nullopt;
  return value;
}

// Takes the first of "public:internal" off.
std::string next_name(std::string& names) {
  const std::size_t colon = names.find(':');
  std::string name = names.substr(0, colon);
  names = colon == std::string::npos ? "" : names.substr(colon + 1);
  return name;
}

}  // namespace

std::vector<PassedSocket> take_passed_sockets() {
  std::vector<PassedSocket> sockets;
  std::string names = variable("LISTEN_FDNAMES");
  const auto count = number(variable("LISTEN_FDS"));
  if (number(variable("LISTEN_PID")) == static_cast<int>(::getpid()) && count &&
      *count <= kPassedMax) {
    for (int descriptor = kFirstPassed; descriptor < kFirstPassed + *count; ++descriptor) {
      ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
      std::string name = next_name(names);
      sockets.push_back({name == "unknown" ? "" : std::move(name), descriptor});
    }
  }
  for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) ::unsetenv(name);
  return sockets;
}

void tell_systemd(std::string_view state) {
  const std::string path = variable("NOTIFY_SOCKET");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() < 2 || path.size() >= sizeof address.sun_path) return;
  std::memcpy(address.sun_path, path.data(), path.size());
  if (path.front() == '@') address.sun_path[0] = '\0';
  const FileDescriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket) return;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  // A manager that does not listen is no reason to fail.
  [[maybe_unused]] const ssize_t sent =
      ::sendto(socket.number(), state.data(), state.size(), MSG_NOSIGNAL,
               reinterpret_cast<const sockaddr*>(&address), size);
}

void tell_systemd_of_reload() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const auto since_boot = std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
  const auto micros = std::chrono::floor<std::chrono::microseconds>(since_boot).count();
  tell_systemd("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(micros));
}

}  // namespace consent::server
