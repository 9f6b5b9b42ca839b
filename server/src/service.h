#pragma once
// What handlers work with. Built once in main, lives until the listeners are drained.

#include <array>
#include <functional>
#include <string>

#include "clock.h"
#include "site/preload_hints.h"
#include "visitor/visitor.h"

namespace consent::server {

class AccessLog;
class ApiKeys;
class EventSink;
class JsonValue;
class Keyring;
class Ledger;
class Metrics;
class NoticeBook;
struct PolicyPublication;
class RateLimiter;
class SiteRules;
struct SitePolicy;
class WebFiles;
class ZoneLogs;

struct Service {
  const Clock& clock;
  const SitePolicy& site;
  const SiteRules& rules;
  const NoticeBook& notices;
  const VisitorResolver& visitors;
  const ApiKeys& api_keys;
  Keyring& keyring;
  Ledger& ledger;
  EventSink& sink;
  Metrics& metrics;
  RateLimiter& rate_limiter;     // of public writes
  const WebFiles& web_files;     // banner, wasm, demo site
  bool loopback_public = false;  // plain HTTP on loopback: cookie dp_consent without Secure
  const AccessLog* access_log = nullptr;           // null: none
  std::array<std::string, 2> zone_endpoints = {};  // by Zone: where a zone not held here is
  std::string banner_build = {};   // "sha256:<hex>" of the banner's script; empty: none is served
  PreloadHints hints = {};         // for pages with the banner
  const ZoneLogs* logs = nullptr;  // the transparency logs; null: none
  // Serialised; see site/policy_publication.h. Empty: nothing can be published.
  std::function<PolicyPublication(const JsonValue& policy)> publish_policy = {};
};

}  // namespace consent::server
