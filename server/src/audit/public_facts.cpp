#include "audit/public_facts.h"

#include <algorithm>
#include <optional>
#include <span>
#include <stdexcept>

#include "formats/timestamp.h"
#include "formats/uuid.h"
#include "wire/json_document.h"
#include "wire/json_writer.h"

namespace consent::server {
namespace {

constexpr std::uint64_t kLookedBack = 256;  // entries of one kind

PublicFact configuration_fact(const SitePolicy& site, std::string_view program) {
  JsonArray regions;
  for (const SiteRule& rule : site.regions) {
    regions.push_back(JsonObject{{"region", to_text(rule.rule.region).view()},
                                 {"model", to_text(rule.rule.model)},
                                 {"override", rule.override_name}});
  }
  JsonValue replication;
  if (site.replication) {
    replication = JsonObject{{"from", to_text(site.replication->from)},
                             {"to", to_text(site.replication->to)}};
  }
  return {LogKind::configuration,
          to_canonical_json(JsonObject{{"program", program},
                                       {"ruleset", ruleset_version()},
                                       {"site", site.site},
                                       {"honour_dnt", site.honour_dnt},
                                       {"regions", std::move(regions)},
                                       {"replication", std::move(replication)}})};
}

PublicFact policy_fact(const SitePolicy& site, const NoticeBook& notices,
                       const PolicyText& policy) {
  JsonObject ids;
  for (const auto& [language, words] : site.text) {
    ids.push_back({language, notices.find(policy.version, language).id});
  }
  return {LogKind::policy,
          to_canonical_json(JsonObject{{"site", site.site},
                                       {"version", policy.version},
                                       {"published_at", to_rfc3339(policy.published_at)},
                                       {"effective_at", to_rfc3339(policy.effective_at)},
                                       {"notices", std::move(ids)}})};
}

PublicFact banner_fact(const WebFiles& files) {
  JsonObject hashes;
  for (const auto& [path, file] : files.all()) {
    if (path.starts_with("/v1/")) hashes.push_back({path, sha256_hex(*file.codings.front().bytes)});
  }
  return {LogKind::banner_build, to_canonical_json(JsonObject{{"sha256", std::move(hashes)}})};
}

std::optional<std::int64_t> version_in(std::string_view detail) {
  const JsonParse parsed = parse_json(detail);
  const JsonValue* version = parsed.error ? nullptr : parsed.value.find("version");
  return version == nullptr ? std::nullopt : version->integer();
}

// Whether the log's newest word on the matter is this one.
bool is_logged(const PublicFact& fact, const std::vector<std::string>& newest_first) {
  const auto version = version_in(fact.detail);
  for (const std::string& entry : newest_first) {
    const auto leaf =
        decode_leaf({reinterpret_cast<const std::uint8_t*>(entry.data()), entry.size()});
    if (!leaf || version_in(leaf->detail) != version) continue;
    return leaf->detail == fact.detail;
  }
  return false;
}

void append(const PublicFact& fact, Ledger& ledger, Zone zone, TimePoint now) {
  const auto failure = ledger.log({.kind = fact.kind,
                                   .zone = zone,
                                   .time = now,
                                   .record = make_uuid_v7(now),
                                   .commitment = sha256(fact.detail),
                                   .ciphertext_hash = {},
                                   .subject = fact.detail});
  if (failure) throw std::runtime_error(failure->detail);
}

}  // namespace

std::vector<PublicFact> public_facts(const SitePolicy& site, const NoticeBook& notices,
                                     const WebFiles& files, std::string_view program) {
  std::vector<PublicFact> facts{configuration_fact(site, program)};
  for (const PolicyText& policy : site.policies) {
    facts.push_back(policy_fact(site, notices, policy));
  }
  if (files.size() > 0) facts.push_back(banner_fact(files));
  return facts;
}

void log_facts(const std::vector<PublicFact>& facts, Ledger& ledger, const ZoneLogs& logs,
               TimePoint now) {
  for (const Zone zone : {Zone::eu, Zone::us}) {
    ZoneLog* const log = logs.find(zone);
    if (log == nullptr) continue;
    for (const PublicFact& fact : facts) {
      if (!is_logged(fact, log->newest(fact.kind, kLookedBack))) append(fact, ledger, zone, now);
    }
  }
}

}  // namespace consent::server
