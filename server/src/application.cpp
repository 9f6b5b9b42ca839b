#include "application.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "audit/log_origin.h"
#include "audit/tree_log.h"
#include "audit/zone_logs.h"
#include "events/event_sink.h"
#include "generation.h"
#include "http/listener.h"
#include "keys/api_keys.h"
#include "keys/keyring.h"
#include "ledger/ledger.h"
#include "listener_options.h"
#include "process/progress_line.h"
#include "process/systemd_protocol.h"
#include "replication/copy_follower.h"
#include "rights/service_sweeps.h"
#include "site/policy_publication.h"
#include "site/site_file.h"
#include "telemetry/access_log.h"
#include "telemetry/failure_log.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"
#include "visitor/rate_limiter.h"

namespace consent::server {
namespace {

constexpr std::chrono::milliseconds kDrainPatience{10'000};
constexpr std::chrono::hours kUpkeepInterval{1};
constexpr std::chrono::seconds kLookInterval{1};  // for who asks for a sweep

sigset_t awaited_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  sigaddset(&signals, SIGUSR1);
  return signals;
}

// Before the first thread and the first file: who may read what, and that a broken pipe or a crash
// spills nothing.
void prepare_process() {
  ::umask(077);
  const rlimit no_core_dump{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core_dump);
  std::signal(SIGPIPE, SIG_IGN);
  const sigset_t signals = awaited_signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

void make_data_dir(const std::string& path) {
  std::error_code failure;
  std::filesystem::create_directories(path, failure);
  if (!failure) return;
  throw std::runtime_error("cannot make the data directory " + path + ": " + failure.message() +
                           "; choose another with --data-dir");
}

std::string url_of(const Endpoint& endpoint, std::uint16_t port, const tls::Files& tls) {
  const bool ipv6 = endpoint.host.find(':') != std::string::npos;
  return (tls.certificate.empty() ? "http://" : "https://") +
         (ipv6 ? '[' + endpoint.host + ']' : endpoint.host) + ':' + std::to_string(port);
}

void watch_listener(Metrics& metrics, std::string_view name, const http::Listener& listener) {
  metrics.add_listener(name, [&listener] { return listener.figures(); });
}

struct Sockets {
  http::ListeningSocket outside;
  http::ListeningSocket inside;
};

// Those that systemd hands over, by name or in this order; the configured ones otherwise.
Sockets open_sockets(const Config& config) {
  Sockets sockets;
  for (const PassedSocket& passed : take_passed_sockets()) {
    const bool inside = passed.name == "internal" ||
                        (passed.name != "public" && sockets.outside.descriptor.is_open());
    http::ListeningSocket& place = inside ? sockets.inside : sockets.outside;
    if (place.descriptor.is_open()) {
      throw std::runtime_error(
          "more sockets were passed than there are listeners: pass one named public and one named "
          "internal");
    }
    place = http::take_listening(passed.descriptor);
  }
  const bool both_are_ours = !sockets.outside.descriptor.is_open() &&
                             !sockets.inside.descriptor.is_open() && config.public_listen.port != 0;
  if (both_are_ours && config.public_listen == config.internal_listen) {
    throw std::runtime_error(
        "--public-listen and --internal-listen are the same: visitors must not reach what is the "
        "pipeline's; give each a port of its own");
  }
  const auto bind = [](http::ListeningSocket& socket, const Endpoint& endpoint) {
    if (!socket.descriptor.is_open()) socket = http::listen_on(endpoint.host, endpoint.port);
  };
  bind(sockets.outside, config.public_listen);
  bind(sockets.inside, config.internal_listen);
  return sockets;
}

// Signals, and what is done every hour however many of them come.
class Upkeep {
 public:
  // 0 when there is none for a while, or upkeep is due.
  int wait_for_signal() const {
    const auto left = due_ - std::chrono::steady_clock::now();
    const auto seconds = std::min(std::chrono::ceil<std::chrono::seconds>(left), kLookInterval);
    const timespec patience{std::max<std::int64_t>(seconds.count(), 0), 0};
    const sigset_t signals = awaited_signals();
    return std::max(::sigtimedwait(&signals, nullptr, &patience), 0);
  }
  bool is_due() {
    if (std::chrono::steady_clock::now() < due_) return false;
    due_ += kUpkeepInterval;
    return true;
  }

 private:
  std::chrono::steady_clock::time_point due_ = std::chrono::steady_clock::now() + kUpkeepInterval;
};

LedgerOptions ledger_options(const Config& config, ReportFailure report) {
  LedgerOptions options;
  options.data_dir = config.data_dir;
  options.zones = config.zones;
  options.keys = config.zone_keys;
  options.report = std::move(report);
  options.change_log = [data_dir = config.data_dir](Zone zone) {
    return std::make_unique<TreeLog>(zone_directory(data_dir, zone));
  };
  return options;
}

// A site file with errors has no name; the first generation says what is wrong with it.
ZoneLogs open_logs(const Config& config, const Ledger& ledger, TimePoint now,
                   ReportFailure report) {
  ZoneLogs logs;
  logs.on_failure(std::move(report));
  const SiteFile site = load_site_file(config.site_file, config.data_dir, now);
  if (!site.errors.empty()) return logs;
  for (const Zone zone : {Zone::eu, Zone::us}) {
    if (!ledger.holds(zone)) continue;
    logs.add(zone, std::make_unique<ZoneLog>(zone_directory(config.data_dir, zone),
                                             log_origin(site.policy.site, zone)));
  }
  return logs;
}

}  // namespace

std::string_view program_version() { return CONSENT_VERSION; }

// In the order of construction; each part uses only those before it.
struct Application::Parts {
  explicit Parts(const Config& options)
      : config(options),
        keyring(config.data_dir),
        api_keys(config.data_dir),
        ledger(open_sqlite_ledger(ledger_options(config, failures.for_event("ledger_failed")))),
        logs(open_logs(config, *ledger, clock.now(), failures.for_event("log_failed"))),
        sink(open_ndjson_sink(config.data_dir, failures.for_event("sink_failed"))),
        metrics(program_version()),
        rate_limiter(config.rate_limits),
        access_log(config.access_log_share) {}

  Config config;
  SystemClock clock;
  FailureLog failures{clock};
  Keyring keyring;
  ApiKeys api_keys;
  std::unique_ptr<Ledger> ledger;
  ZoneLogs logs;
  std::unique_ptr<EventSink> sink;
  Metrics metrics;
  RateLimiter rate_limiter;
  AccessLog access_log;
  Lasting lasting{clock,        api_keys,
                  keyring,      *ledger,
                  *sink,        metrics,
                  rate_limiter, access_log,
                  logs,         [this](const JsonValue& policy) { return publish(policy); }};
  ServiceSweeps sweeps{{config.data_dir, clock, *ledger, *sink, metrics, program_version()}};
  std::vector<std::string> own_origins;
  std::mutex changing;  // generation, and what it is read from
  std::shared_ptr<const Generation> generation;
  std::unique_ptr<http::Listener> public_listener;
  std::unique_ptr<http::Listener> internal_listener;
  std::unique_ptr<CopyFollower> follower;

  std::shared_ptr<const Generation> current() {
    const std::lock_guard lock(changing);
    return generation;
  }
  void renew();
  void follow();
  void replicate();
  void reload();
  PolicyPublication publish(const JsonValue& policy);
};

Application::Application(const Config& config) {
  prepare_process();
  Sockets sockets = open_sockets(config);
  make_data_dir(config.data_dir);
  parts_ = std::make_unique<Parts>(config);
  Parts& parts = *parts_;
  parts.keyring.destroy_expired(parts.clock.now());
  if (sockets.outside.loopback) {
    for (const char* host : {"127.0.0.1", "localhost", "::1"}) {
      parts.own_origins.push_back(url_of({host, 0}, sockets.outside.port, config.public_tls));
    }
  }
  parts.generation = std::make_shared<Generation>(config, parts.lasting, parts.own_origins);
  const ListenerOptionsPair options = listener_options(config);
  parts.public_listener = std::make_unique<http::Listener>(
      std::move(sockets.outside), Generation::public_router(parts.generation), options.outside);
  parts.internal_listener = std::make_unique<http::Listener>(
      std::move(sockets.inside), Generation::internal_router(parts.generation), options.inside);
  parts.follow();
  watch_listener(parts.metrics, "public", *parts.public_listener);
  watch_listener(parts.metrics, "internal", *parts.internal_listener);
}

Application::~Application() = default;

void Application::Parts::follow() {
  CopyFollowerOptions options;
  options.report = failures.for_event("replication_failed");
  options.progress = progress_log("replicating", "records");
  follower = std::make_unique<CopyFollower>(*ledger, clock, metrics.replication(), options);
  replicate();
}

// From now on what the site file says, which the logs of both zones say already.
void Application::Parts::replicate() {
  const SitePolicy& site = generation->site();
  follower->follow(site.site, site.replication);
}

// Requests never wait for this: they go on with the old generation until the new one stands.
// Nothing crosses meanwhile: what the logs say then is true from their entry on.
void Application::Parts::renew() {
  follower->follow(generation->site().site, std::nullopt);
  try {
    const auto outer_tls = tls_context(config.public_tls);
    const auto inner_tls = tls_context(config.internal_tls);
    // Last, because it tells the logs what is in force from now on.
    auto next = std::make_shared<const Generation>(config, lasting, own_origins);
    public_listener->use_tls(outer_tls);
    internal_listener->use_tls(inner_tls);
    public_listener->use(Generation::public_router(next));
    internal_listener->use(Generation::internal_router(next));
    generation = std::move(next);
    replicate();
    metrics.count_reload(true);
    log_event(LogLevel::info, "reloaded",
              {{"site", generation->site().site},
               {"policy", generation->site().in_force(clock.now()).version},
               {"geo_databases", generation->geo_databases()},
               {"web_files", generation->web_files()}});
  } catch (const std::exception& failure) {
    replicate();
    metrics.count_reload(false);
    log_event(LogLevel::error, "reload_refused",
              {{"detail", failure.what()}, {"consequence", "the files read before stay in force"}});
    throw;
  }
}

void Application::Parts::reload() {
  tell_systemd_of_reload();
  try {
    const std::lock_guard lock(changing);
    renew();
  } catch (const std::exception&) {  // renew() has told
  }
  tell_systemd("READY=1");
}

PolicyPublication Application::Parts::publish(const JsonValue& policy) {
  const std::lock_guard lock(changing);
  return publish_policy(config.site_file, config.data_dir, policy, clock.now(),
                        [this] { renew(); });
}

void Application::run() {
  Parts& parts = *parts_;
  parts.public_listener->start();
  parts.internal_listener->start();
  const std::string outside =
      url_of(parts.config.public_listen, parts.public_listener->port(), parts.config.public_tls);
  const std::string inside = url_of(parts.config.internal_listen, parts.internal_listener->port(),
                                    parts.config.internal_tls);
  std::printf("consentd %s, %s\npublic   %s/\ninternal %s/\n", CONSENT_VERSION,
              http::http_library_version().c_str(), outside.c_str(), inside.c_str());
  std::fflush(stdout);
  const std::shared_ptr<const Generation> first = parts.current();
  log_event(LogLevel::info, "started",
            {{"version", program_version()},
             {"http", http::http_library_version()},
             {"public", outside},
             {"internal", inside},
             {"site", first->site().site},
             {"policy", first->site().in_force(parts.clock.now()).version},
             {"ruleset", ruleset_version()},
             {"region_rules", first->site().regions.size()},
             {"honour_dnt", first->site().honour_dnt},
             {"replication", first->site().replication.has_value()},
             {"geo_databases", first->geo_databases()},
             {"web_files", first->web_files()}});
  tell_systemd("READY=1");

  parts.sweeps.sweep_daily(parts.current()->site());
  Upkeep upkeep;
  while (true) {
    const int signal = upkeep.wait_for_signal();
    if (signal == SIGTERM || signal == SIGINT) break;
    if (signal == SIGHUP) parts.reload();
    const std::shared_ptr<const Generation> now = parts.current();
    if (signal == SIGUSR1) parts.sweeps.sweep_now(now->site());
    if (parts.sweeps.is_asked()) parts.sweeps.sweep_as_asked(now->site());
    if (upkeep.is_due()) {
      parts.keyring.destroy_expired(parts.clock.now());
      parts.sweeps.sweep_daily(now->site());
    }
  }
  tell_systemd("STOPPING=1");
  log_event(LogLevel::info, "stopping");
  parts.ledger->change_signal().close();
  parts.public_listener->drain(kDrainPatience);
  parts.internal_listener->drain(kDrainPatience);
  parts.metrics.forget_listeners();
  parts.public_listener.reset();
  parts.internal_listener.reset();
  parts.follower.reset();
  log_event(LogLevel::info, "stopped");
}

}  // namespace consent::server
