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
#include "site/cookie_lifetime.h"

namespace consent::server {

struct CookieInfo {
  std::string name;
  std::string provider;
  CookieLifetime lifetime;
  std::string path = "/";
  std::string domain;  // empty: host only
};

struct ServiceInfo {
  std::string id;
  std::string name;
  std::string recipient;  // legal entity
  std::string country;    // ISO 3166-1 of the recipient
};

// Texts by BCP 47 language tag; the site's default language is always present.
using Localised = std::map<std::string, std::string>;

struct PurposeInfo {
  Purpose purpose = Purpose::essential;
  std::string legal_basis;  // "consent" "contract" "legitimate_interests" "legal_obligation"
  Localised name;
  Localised description;
  std::vector<CookieInfo> cookies;
  std::vector<ServiceInfo> services;
};

struct PolicyText {
  PolicyVersion version = 0;
  TimePoint published_at{};
  TimePoint effective_at{};
  std::string controller;
  std::vector<PurposeInfo> purposes;  // essential first; each purpose at most once
};

struct SitePolicy {
  std::string site;                  // "dialphone.com"
  std::vector<std::string> origins;  // exact, "https://dialphone.com"
  std::string default_language;
  std::vector<PolicyText> policies;  // by version, ascending; at least one is in force
  std::map<std::string, std::map<std::string, std::string>> text;  // language -> text key -> string

  const PolicyText& in_force(TimePoint now) const;
  const PolicyText* upcoming(TimePoint now) const;  // the next one, or null
  const PolicyText* find(PolicyVersion version) const;
  // material_since is computed from the policies themselves: purposes, recipients (services),
  // controller, legal basis. Texts, colours and routine revisions are not material.
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
  SitePolicy policy;              // usable only when errors is empty
  std::vector<SiteError> errors;  // every one found, not only the first
};
SiteLoad load_site_policy(std::string_view json_with_comments);

// The bundled policy of dialphone.com (server/site/dialphone.jsonc, embedded at build time).
std::string_view bundled_site_policy();

}  // namespace consent::server
