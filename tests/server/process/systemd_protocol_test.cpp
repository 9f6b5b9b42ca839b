#include "process/systemd_protocol.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>

#include "process/file_descriptor.h"
#include "support/catch.h"
#include "support/temporary_directory.h"

using namespace consent::server;

namespace {

// What a manager would hear.
class Manager {
 public:
  explicit Manager(const std::string& path)
      : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    REQUIRE(::bind(socket_.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
            0);
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  }
  ~Manager() { ::unsetenv("NOTIFY_SOCKET"); }
  std::string hears() const {
    std::array<char, 256> text{};
    const ssize_t size = ::recv(socket_.number(), text.data(), text.size(), MSG_DONTWAIT);
    return size < 0 ? std::string() : std::string(text.data(), static_cast<std::size_t>(size));
  }

 private:
  FileDescriptor socket_;
};

}  // namespace

TEST_CASE("The service manager hears of every state") {
  const consent::testing::TemporaryDirectory directory;
  const Manager manager((directory.path() / "notify").string());
  tell_systemd("READY=1");
  CHECK(manager.hears() == "READY=1");
  tell_systemd_of_reload();
  const std::string reload = manager.hears();
  CHECK(reload.starts_with("RELOADING=1\nMONOTONIC_USEC="));
  CHECK(reload.size() > 30);
}

TEST_CASE("Without a service manager nothing happens") {
  ::unsetenv("NOTIFY_SOCKET");
  tell_systemd("READY=1");
  ::setenv("NOTIFY_SOCKET", "/nowhere/at/all", 1);
  tell_systemd("READY=1");
  ::unsetenv("NOTIFY_SOCKET");
}

TEST_CASE("Passed sockets are taken once, with their names, and only by whom they are for") {
  const std::string own = std::to_string(::getpid());
  ::setenv("LISTEN_PID", own.c_str(), 1);
  ::setenv("LISTEN_FDS", "2", 1);
  ::setenv("LISTEN_FDNAMES", "public:internal", 1);
  const auto sockets = take_passed_sockets();
  REQUIRE(sockets.size() == 2);
  CHECK(sockets[0].name == "public");
  CHECK(sockets[0].descriptor == 3);
  CHECK(sockets[1].name == "internal");
  CHECK(take_passed_sockets().empty());

  ::setenv("LISTEN_PID", "1", 1);
  ::setenv("LISTEN_FDS", "1", 1);
  CHECK(take_passed_sockets().empty());
  ::setenv("LISTEN_PID", own.c_str(), 1);
  ::setenv("LISTEN_FDS", "many", 1);
  CHECK(take_passed_sockets().empty());
}
