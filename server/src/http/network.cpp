#include "http/network.h"

#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <stdexcept>

namespace consent::http {
namespace {

class KernelNetwork final : public Network {
 public:
  KernelNetwork()
      : epoll_(::epoll_create1(EPOLL_CLOEXEC)), wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    if (!epoll_.is_open() || !wake_.is_open() || !watch(wake_.number(), EPOLLIN, &wake_)) {
      throw std::runtime_error(
          "cannot watch sockets: too many open files; raise the limit (ulimit -n)");
    }
  }

  Instant now() const override { return std::chrono::steady_clock::now(); }

  bool watch(int descriptor, std::uint32_t events, void* tag) override {
    epoll_event event{};
    event.events = events;
    event.data.ptr = tag;
    return ::epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, descriptor, &event) == 0;
  }
  void unwatch(int descriptor) override {
    ::epoll_ctl(epoll_.number(), EPOLL_CTL_DEL, descriptor, nullptr);
  }

  std::size_t wait(std::span<epoll_event> events, int milliseconds) override {
    const int count =
        ::epoll_wait(epoll_.number(), events.data(), static_cast<int>(events.size()), milliseconds);
    const auto filled = events.first(static_cast<std::size_t>(std::max(count, 0)));
    const auto own = std::find_if(filled.begin(), filled.end(), [this](const epoll_event& event) {
      return event.data.ptr == &wake_;
    });
    if (own == filled.end()) return filled.size();
    eventfd_t value = 0;
    ::eventfd_read(wake_.number(), &value);
    *own = filled.back();
    return filled.size() - 1;
  }

  void wake() override {
    // The counter cannot overflow, and a wake-up that is already due serves as well.
    [[maybe_unused]] const int status = ::eventfd_write(wake_.number(), 1);
  }

  AcceptedSocket accept(const FileDescriptor& listening) override { return accept_from(listening); }
  ssize_t receive(int descriptor, std::span<char> to) override {
    return ::recv(descriptor, to.data(), to.size(), MSG_DONTWAIT);
  }
  ssize_t send(int descriptor, std::string_view bytes) override {
    return ::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  void finish_sending(int descriptor) override { ::shutdown(descriptor, SHUT_WR); }

 private:
  FileDescriptor epoll_;
  FileDescriptor wake_;
};

}  // namespace

std::shared_ptr<Network> make_kernel_network() { return std::make_shared<KernelNetwork>(); }

}  // namespace consent::http
