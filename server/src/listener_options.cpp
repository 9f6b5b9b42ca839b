#include "listener_options.h"

#include <algorithm>
#include <thread>

#include "ledger/change_signal.h"
#include "process/descriptor_limit.h"
#include "telemetry/log.h"

namespace consent::server {
namespace {

// A write waits for the disk, not for the processor: as many as this share a transaction.
constexpr unsigned kPublicWorkers = 64;
constexpr unsigned kInternalWorkers = 8;
// There are two listeners, and workers. A loop that always has something to do costs less a request
// than two that wake for a little each; more than a few only hand each other their caches.
constexpr unsigned kProcessorsPerLoop = 2;
constexpr unsigned kLoopsMax = 4;
constexpr std::size_t kInternalBodyBytesMax = 4 * 1024 * 1024;

// Where open files are few, so that neither listener leaves the other without descriptors: the
// operator's own machines need a few, visitors many.
constexpr std::size_t kInternalShare = 8;

void share_descriptors(ListenerOptionsPair& both) {
  std::size_t& outside = both.outside.limits.connections_max;
  std::size_t& inside = both.inside.limits.connections_max;
  const std::size_t room = make_room_for_sockets(outside + inside);
  if (room >= outside + inside) return;
  inside = std::min(inside, room / kInternalShare);
  outside = std::min(outside, room - inside);
  log_event(LogLevel::warning, "connections_limited",
            {{"public", outside},
             {"internal", inside},
             {"detail", "the limit on open files has no room for more; raise it (ulimit -n)"}});
}

http::ListenerOptions public_options(const Config& config) {
  http::ListenerOptions options;
  const unsigned processors = std::thread::hardware_concurrency();
  options.loops = std::clamp(processors / kProcessorsPerLoop, 1U, kLoopsMax);
  options.workers = kPublicWorkers;
  options.limits.connections_max = config.connections_max;
  options.limits.connections_per_address_max = config.connections_per_address_max;
  options.trusted_proxies = config.trusted_proxies;
  options.proxy_protocol = config.proxy_protocol;
  options.tls = tls_context(config.public_tls);
  return options;
}

// Its callers are the operator's own machines: a few addresses, each with a pool of connections.
http::ListenerOptions internal_options(const Config& config, http::ListenerOptions options) {
  // Those who wait for changes never take one from a check.
  options.workers = kInternalWorkers + static_cast<unsigned>(ChangeSignal::kWaitersMax);
  options.proxy_protocol = false;
  options.tls = tls_context(config.internal_tls);
  options.limits.body_bytes_max = kInternalBodyBytesMax;
  options.limits.connections_per_address_max = 0;
  return options;
}

}  // namespace

std::shared_ptr<const tls::Context> tls_context(const tls::Files& files) {
  return files.certificate.empty() ? nullptr : std::make_shared<const tls::Context>(files);
}

ListenerOptionsPair listener_options(const Config& config) {
  ListenerOptionsPair both;
  both.outside = public_options(config);
  both.inside = internal_options(config, both.outside);
  share_descriptors(both);
  return both;
}

}  // namespace consent::server
