// The program as systemd runs it: what it says of itself from start to end, in order.

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "process/file_descriptor.h"
#include "support/catch.h"
#include "support/temporary_directory.h"

using namespace consent::server;

namespace {

constexpr int kPatienceMs = 30'000;

class Manager {
 public:
  explicit Manager(const std::string& path)
      : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    REQUIRE(path.size() < sizeof address.sun_path);
    std::memcpy(address.sun_path, path.data(), path.size());
    REQUIRE(::bind(socket_.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
            0);
  }
  // Waits for the next word; "" when none comes.
  std::string hears() const {
    pollfd waiting{socket_.number(), POLLIN, 0};
    if (::poll(&waiting, 1, kPatienceMs) != 1) return {};
    std::array<char, 256> text{};
    const ssize_t size = ::recv(socket_.number(), text.data(), text.size(), 0);
    return size < 0 ? std::string() : std::string(text.data(), static_cast<std::size_t>(size));
  }

 private:
  FileDescriptor socket_;
};

class RunningService {
 public:
  RunningService(const std::string& notify, const std::string& directory) {
    std::vector<std::string> words = {CONSENT_PROGRAM,     "serve",           "--data-dir",
                                      directory + "/data", "--public-listen", "127.0.0.1:0",
                                      "--internal-listen", "127.0.0.1:0"};
    std::vector<std::string> variables = {"NOTIFY_SOCKET=" + notify, "PATH=/usr/bin:/bin"};
    posix_spawn_file_actions_t quiet;
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&quiet, 2, (directory + "/log").c_str(), O_WRONLY | O_CREAT,
                                     0600);
    REQUIRE(::posix_spawn(&process_, CONSENT_PROGRAM, &quiet, nullptr, pointers(words).data(),
                          pointers(variables).data()) == 0);
    posix_spawn_file_actions_destroy(&quiet);
  }
  ~RunningService() {
    if (process_ > 0) ::kill(process_, SIGKILL);
    end();
  }
  RunningService(const RunningService&) = delete;
  RunningService& operator=(const RunningService&) = delete;

  void send(int signal) const { REQUIRE(::kill(process_, signal) == 0); }
  int end() {
    int status = 0;
    if (process_ > 0) ::waitpid(process_, &status, 0);
    process_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  static std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> list;
    for (std::string& text : texts) list.push_back(text.data());
    list.push_back(nullptr);
    return list;
  }
  pid_t process_ = -1;
};

}  // namespace

TEST_CASE("The service manager hears of start, reload and end") {
  const consent::testing::TemporaryDirectory directory;
  const std::string notify = (directory.path() / "notify").string();
  const Manager manager(notify);
  RunningService service(notify, directory.path().string());
  CHECK(manager.hears() == "READY=1");
  service.send(SIGHUP);
  CHECK(manager.hears().starts_with("RELOADING=1\nMONOTONIC_USEC="));
  CHECK(manager.hears() == "READY=1");
  service.send(SIGTERM);
  CHECK(manager.hears() == "STOPPING=1");
  CHECK(service.end() == 0);
}
