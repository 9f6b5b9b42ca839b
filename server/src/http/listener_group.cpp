#include "http/listener_group.h"

#include <algorithm>
#include <utility>

#include "http/listener_loop.h"

namespace consent::http {
namespace {

// A drain waits this long for the request of who is connected: it may be on its way.
constexpr std::chrono::milliseconds kIdlePatience{500};

}  // namespace

Listener::Group::Group(ListeningSocket socket, std::shared_ptr<const Router> router,
                       ListenerOptions options)
    : options_(std::move(options)),
      port_(socket.port),
      loopback_(socket.loopback),
      router_(std::move(router)),
      tls_(options_.tls),
      addresses_(options_.limits.connections_per_address_max),
      seats_(options_.limits.connections_max) {
  const unsigned count = options_.network ? 1 : std::max(options_.loops, 1U);
  for (unsigned i = 0; i < count; ++i) {
    auto network = options_.network ? options_.network : make_kernel_network();
    loops_.push_back(std::make_unique<Loop>(*this, std::move(network)));
  }
  loops_.front()->accept_from(std::move(socket));
}

Listener::Group::~Group() { drain(std::chrono::milliseconds(0)); }

void Listener::Group::start() {
  pool_ = std::make_unique<WorkerPool>(options_.workers);
  for (const auto& loop : loops_) loop->start();
}

void Listener::Group::drain(std::chrono::milliseconds patience) {
  if (!draining_) {
    drain_until_ = loops_.front()->now() + patience;
    idle_until_ = loops_.front()->now() + std::min(patience, kIdlePatience);
    draining_ = true;
  }
  for (const auto& loop : loops_) loop->wake();
  for (const auto& loop : loops_) loop->join();
  pool_.reset();
}

ListenerFigures Listener::Group::figures() const {
  ListenerFigures sum;
  for (const auto& loop : loops_) sum += loop->figures();
  return sum;
}

void Listener::Group::use(std::shared_ptr<const Router> router) {
  const std::lock_guard lock(mutex_);
  router_.swap(router);
}

std::shared_ptr<const Router> Listener::Group::router() const {
  const std::lock_guard lock(mutex_);
  return router_;
}

void Listener::Group::use_tls(std::shared_ptr<const tls::Context> context) {
  const std::lock_guard lock(mutex_);
  tls_.swap(context);
}

std::shared_ptr<const tls::Context> Listener::Group::tls() const {
  const std::lock_guard lock(mutex_);
  return tls_;
}

Listener::Loop& Listener::Group::next_host() const {
  const bool full = seats_.are_full();
  const auto found =
      std::min_element(loops_.begin(), loops_.end(), [full](const auto& one, const auto& other) {
        return full ? one->longest_idle_until() < other->longest_idle_until()
                    : one->connections() < other->connections();
      });
  return **found;
}

// Behind this no loop is given another connection: the others need not wait for one any more.
void Listener::Group::end_accepting() {
  accepting_ = false;
  for (const auto& loop : loops_) loop->wake();
}

}  // namespace consent::http
