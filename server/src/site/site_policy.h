#pragma once
// A site's own promises: origins, purposes, cookies, recipients, texts and policy versions. Read
// once at start from one JSON file with comments; every error is reported with line, column and
// JSON pointer.

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "clock.h"
#include "consent/policy.h"
#include "consent/region_rule.h"
#include "site/cookie_lifetime.h"
#include "site/replication.h"
#include "site/retention.h"

namespace consent::server {

struct CookieInfo {
  std::string name;
  std::string provider;
  CookieLifetime lifetime;
  std::string path = "/";
  std::string domain;   // empty: host only
  std::string kind;     // "local_storage" "session_storage", where it is a key of those; else empty
  std::string service;  // id of the one service of the purpose it belongs to; empty: of all
  friend bool operator==(const CookieInfo&, const CookieInfo&) = default;
};

struct ServiceInfo {
  std::string id;
  std::string name;
  std::string recipient;  // legal entity
  std::string country;    // ISO 3166-1 of the recipient
  friend bool operator==(const ServiceInfo&, const ServiceInfo&) = default;
};

// Texts by BCP 47 language tag, in every language offered.
using Localised = std::map<std::string, std::string>;

struct PurposeInfo {
  Purpose purpose = Purpose::essential;
  std::string legal_basis;  // "consent" "contract" "legitimate_interests" "legal_obligation"
  Localised name;
  Localised description;
  std::vector<CookieInfo> cookies;
  std::vector<ServiceInfo> services;
  friend bool operator==(const PurposeInfo&, const PurposeInfo&) = default;
};

struct PolicyText {
  PolicyVersion version = 0;
  TimePoint published_at{};
  TimePoint effective_at{};
  std::string controller;
  std::vector<PurposeInfo> purposes;  // essential first; each purpose at most once
  // See PolicyInForce; computed from the versions themselves when they are loaded.
  std::array<PolicyVersion, kPurposes> material_since{};
  friend bool operator==(const PolicyText&, const PolicyText&) = default;
};

// A region where the site's model is not the ruleset's.
struct SiteRule {
  RegionRule rule;
  std::string override_name;  // the decision that allows it to be looser; else empty
};

struct SitePolicy {
  std::string site;                  // "dialphone.com"
  std::vector<std::string> origins;  // exact, "https://dialphone.com"
  std::string default_language;
  std::vector<PolicyText> policies;  // by version, ascending; at least one is in force
  // Language offered -> text key -> words: the site's own, else those of the translation.
  std::map<std::string, std::map<std::string, std::string>> text;
  std::vector<SiteRule> regions;  // each region once
  bool honour_dnt = false;        // DNT: 1 is an opt-out
  Retention retention;
  std::optional<CopyDirection> replication;  // none: nothing goes from one zone to another
  std::string controller_address;            // postal, in one line; empty: not said

  const PolicyText& in_force(TimePoint now) const;
  const PolicyText* upcoming(TimePoint now) const;  // the next one, or null
  const PolicyText* find(PolicyVersion version) const;
  // What of the policy in force a decision depends on.
  PolicyInForce reduced(TimePoint now) const;
  bool allows_origin(std::string_view origin) const;
};

struct SiteError {
  std::size_t line = 0;    // from 1
  std::size_t column = 0;  // from 1
  std::string pointer;     // RFC 6901
  std::string detail;
};

struct SiteLoad {
  SitePolicy policy;                        // usable only when errors is empty
  std::vector<SiteError> errors;            // every one found, not only the first
  std::vector<SiteError> warnings;          // what is said for nothing
  std::vector<SiteError> published_errors;  // of the versions published since
};
// `published` is the text of published_policies.h; empty: nothing was published beside the file.
SiteLoad load_site_policy(std::string_view json_with_comments, std::string_view published = {});

// The bundled policy of dialphone.com (server/site/dialphone.jsonc, embedded at build time).
std::string_view bundled_site_policy();

}  // namespace consent::server
