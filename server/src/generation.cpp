#include "generation.h"

#include <filesystem>
#include <stdexcept>
#include <utility>

#include "application.h"
#include "audit/public_facts.h"
#include "crypto/sha256.h"
#include "routes.h"
#include "site/policy_publication.h"
#include "site/site_file.h"
#include "site/site_rules.h"
#include "telemetry/log.h"

namespace consent::server {
namespace {

// What the operator answers for is in the log of every start.
void report_region_rules(const SiteFile& file) {
  for (const std::string& warning : file.warnings) {
    log_event(LogLevel::warning, "site_rule_useless", {{"detail", warning}});
  }
  for (const SiteRule& rule : file.policy.regions) {
    if (!rule.rule.may_loosen || !reach_of(rule.rule).loosens) continue;
    log_event(LogLevel::warning, "ruleset_overridden",
              {{"region", to_text(rule.rule.region).view()},
               {"model", to_text(rule.rule.model)},
               {"override", rule.override_name}});
  }
}

SitePolicy load_site(const Config& config, TimePoint now,
                     const std::vector<std::string>& own_origins) {
  SiteFile file = load_site_file(config.site_file, config.data_dir, now);
  if (file.errors.empty()) {
    const std::string flaw = replication_flaw(file.policy.replication, config.zones);
    if (!flaw.empty()) file.errors.push_back(flaw);
  }
  if (file.errors.empty()) {
    report_region_rules(file);
    SitePolicy site = std::move(file.policy);
    site.origins.insert(site.origins.end(), own_origins.begin(), own_origins.end());
    return site;
  }
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

std::string build_of(const WebFiles& files) {
  const WebFile* const banner = files.find("/v1/banner.js");
  return banner == nullptr ? "" : "sha256:" + sha256_hex(*banner->codings.front().bytes);
}

void report_failures(http::Router& router) {
  router.on_failure([](std::string_view pattern, std::string_view what) {
    log_event(LogLevel::error, "handler_failed", {{"route", pattern}, {"detail", what}});
  });
}

}  // namespace

Generation::Generation(const Config& config, const Lasting& lasting,
                       const std::vector<std::string>& own_origins)
    : site_(load_site(config, lasting.clock.now(), own_origins)),
      rules_(site_),
      notices_(site_),
      lookup_(geo::open_region_lookup(config.geo_dbs)),
      visitors_(*lookup_, rules_, config.trusted_proxies),
      web_files_(load_web_files(config)),
      service_{.clock = lasting.clock,
               .site = site_,
               .rules = rules_,
               .notices = notices_,
               .visitors = visitors_,
               .api_keys = lasting.api_keys,
               .keyring = lasting.keyring,
               .ledger = lasting.ledger,
               .sink = lasting.sink,
               .metrics = lasting.metrics,
               .rate_limiter = lasting.rate_limiter,
               .web_files = web_files_,
               .loopback_public = !own_origins.empty(),
               .access_log = &lasting.access_log,
               .zone_endpoints = config.zone_endpoints,
               .banner_build = build_of(web_files_),
               .hints = preload_hints(web_files_),
               .logs = &lasting.logs,
               .publish_policy = lasting.publish_policy} {
  log_facts(public_facts(site_, notices_, web_files_, program_version()), lasting.ledger,
            lasting.logs, lasting.clock.now());
  report_failures(public_router_);
  report_failures(internal_router_);
  add_public_routes(service_, public_router_);
  add_internal_routes(service_, internal_router_);
}

std::shared_ptr<const http::Router> Generation::public_router(
    std::shared_ptr<const Generation> whole) {
  const http::Router* const router = &whole->public_router_;
  return {std::move(whole), router};
}

std::shared_ptr<const http::Router> Generation::internal_router(
    std::shared_ptr<const Generation> whole) {
  const http::Router* const router = &whole->internal_router_;
  return {std::move(whole), router};
}

}  // namespace consent::server
