#include "application.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>

#include "consent/geo/region_lookup.h"
#include "events/event_sink.h"
#include "http/listener.h"
#include "keys/api_keys.h"
#include "keys/keyring.h"
#include "ledger/ledger.h"
#include "log.h"
#include "metrics.h"
#include "rate_limiter.h"
#include "routes.h"
#include "service.h"
#include "site/notice.h"
#include "site/site_file.h"
#include "site/web_files.h"
#include "visitor.h"

namespace consent::server {
namespace {

constexpr std::chrono::milliseconds kDrainPatience{10'000};
constexpr unsigned kPublicWorkers = 16;  // a write waits for the disk, not for the processor
constexpr unsigned kInternalWorkers = 8;
constexpr std::size_t kInternalBodyBytesMax = 4 * 1024 * 1024;
constexpr std::chrono::hours kUpkeepInterval{1};

sigset_t stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

// Before the first thread and the first file: who may read what, and that a broken pipe or a crash
// spills nothing.
void prepare_process() {
  ::umask(077);
  const rlimit no_core_dump{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core_dump);
  std::signal(SIGPIPE, SIG_IGN);
  const sigset_t signals = stop_signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

void make_data_dir(const std::string& path) {
  std::error_code failure;
  std::filesystem::create_directories(path, failure);
  if (!failure) return;
  throw std::runtime_error("cannot make the data directory " + path + ": " + failure.message() +
                           "; choose another with --data-dir");
}

SitePolicy load_site(const Config& config, TimePoint now) {
  SiteFile file = load_site_file(config.site_file, now);
  if (file.errors.empty()) return std::move(file.policy);
  std::string message = "the site policy has errors:";
  for (const std::string& error : file.errors) message += "\n  " + error;
  throw std::runtime_error(message);
}

WebFiles load_web_files(const Config& config) {
  if (!config.web_dir.empty()) return WebFiles(config.web_dir);
  std::error_code unreadable;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", unreadable);
  const auto beside = program.parent_path().parent_path().parent_path() / "dist";
  if (unreadable || !std::filesystem::is_directory(beside)) {
    log_event(LogLevel::warning, "no_web_files",
              {{"detail",
                "banner and demo are not served: run script/build or name their directory with "
                "--web-dir"}});
    return {};
  }
  return WebFiles(beside.string());
}

std::string url_of(const Endpoint& endpoint, std::uint16_t port) {
  const bool ipv6 = endpoint.host.find(':') != std::string::npos;
  return "http://" + (ipv6 ? '[' + endpoint.host + ']' : endpoint.host) + ':' +
         std::to_string(port);
}

http::ListenerLimits internal_limits() {
  http::ListenerLimits limits;
  limits.body_bytes_max = kInternalBodyBytesMax;
  return limits;
}

void report_failures(http::Router& router) {
  router.on_failure([](std::string_view pattern, std::string_view what) {
    log_event(LogLevel::error, "handler_failed", {{"route", pattern}, {"detail", what}});
  });
}

}  // namespace

std::string_view program_version() { return CONSENT_VERSION; }

// In the order of construction; each part uses only those before it.
struct Application::Parts {
  explicit Parts(const Config& options)
      : config(options),
        site(load_site(config, clock.now())),
        notices(site),
        lookup(geo::open_region_lookup(config.geo_dbs)),
        visitors(*lookup, config.trusted_proxies),
        keyring(config.data_dir),
        api_keys(config.data_dir),
        ledger(open_sqlite_ledger(config.data_dir)),
        sink(open_ndjson_sink(config.data_dir)),
        metrics(program_version()),
        rate_limiter(config.rate_limit),
        web_files(load_web_files(config)) {}

  Config config;
  SystemClock clock;
  SitePolicy site;
  NoticeBook notices;
  std::unique_ptr<geo::RegionLookup> lookup;
  VisitorResolver visitors;
  Keyring keyring;
  ApiKeys api_keys;
  std::unique_ptr<Ledger> ledger;
  std::unique_ptr<EventSink> sink;
  Metrics metrics;
  RateLimiter rate_limiter;
  WebFiles web_files;
  Service service{clock,   site,  notices, visitors,     api_keys, keyring,
                  *ledger, *sink, metrics, rate_limiter, web_files};
  http::Router public_router;
  http::Router internal_router;
  std::unique_ptr<http::Listener> public_listener;
  std::unique_ptr<http::Listener> internal_listener;
};

Application::Application(const Config& config) {
  prepare_process();
  make_data_dir(config.data_dir);
  parts_ = std::make_unique<Parts>(config);
  Parts& parts = *parts_;
  parts.keyring.destroy_expired(parts.clock.now());
  report_failures(parts.public_router);
  report_failures(parts.internal_router);

  const Endpoint& outside = config.public_listen;
  const Endpoint& inside = config.internal_listen;
  parts.public_listener = std::make_unique<http::Listener>(
      outside.host, outside.port, parts.public_router, http::ListenerLimits{}, kPublicWorkers);
  parts.internal_listener = std::make_unique<http::Listener>(
      inside.host, inside.port, parts.internal_router, internal_limits(), kInternalWorkers);
  if (parts.public_listener->is_loopback()) {
    parts.service.loopback_public = true;
    for (const char* host : {"127.0.0.1", "localhost", "::1"}) {
      parts.site.origins.push_back(url_of({host, 0}, parts.public_listener->port()));
    }
  }
  add_public_routes(parts.service, parts.public_router);
  add_internal_routes(parts.service, parts.internal_router);
}

Application::~Application() = default;

void Application::run() {
  Parts& parts = *parts_;
  parts.public_listener->start();
  parts.internal_listener->start();
  const std::string outside = url_of(parts.config.public_listen, parts.public_listener->port());
  const std::string inside = url_of(parts.config.internal_listen, parts.internal_listener->port());
  std::printf("consentd %s, %s\npublic   %s/\ninternal %s/\n", CONSENT_VERSION,
              http::http_library_version().c_str(), outside.c_str(), inside.c_str());
  std::fflush(stdout);
  log_event(LogLevel::info, "started",
            {{"version", program_version()},
             {"http", http::http_library_version()},
             {"public", outside},
             {"internal", inside},
             {"site", parts.site.site},
             {"policy", parts.site.in_force(parts.clock.now()).version},
             {"ruleset", ruleset_version()},
             {"geo_databases", parts.lookup->databases().size()},
             {"web_files", parts.web_files.size()}});

  const sigset_t signals = stop_signals();
  const timespec upkeep{std::chrono::seconds(kUpkeepInterval).count(), 0};
  while (::sigtimedwait(&signals, nullptr, &upkeep) < 0) {
    if (errno == EAGAIN) parts.keyring.destroy_expired(parts.clock.now());
  }
  log_event(LogLevel::info, "stopping");
  parts.public_listener->drain(kDrainPatience);
  parts.internal_listener->drain(kDrainPatience);
  parts.public_listener.reset();
  parts.internal_listener.reset();
  log_event(LogLevel::info, "stopped");
}

}  // namespace consent::server
