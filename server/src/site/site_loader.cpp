#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <set>

#include "formats/timestamp.h"
#include "site/material_change.h"
#include "site/notice.h"
#include "site/purpose_reader.h"
#include "site/region_reader.h"
#include "site/site_policy.h"
#include "site/site_text.h"
#include "wire/json_fields.h"

namespace consent::server {
namespace {

constexpr std::chrono::days kMaterialNotice{30};

// What is wrong with an origin, or empty.
std::string_view origin_flaw(std::string_view origin) {
  constexpr std::string_view kShape =
      "must be scheme, host and port only, e.g. \"https://dialphone.com\"";
  const bool plain = origin.starts_with("http://");
  if (!plain && !origin.starts_with("https://")) return kShape;
  std::string_view host = origin.substr(plain ? 7 : 8);
  const std::size_t colon = host.find(':');
  if (colon != host.npos) {
    const std::string_view port = host.substr(colon + 1);
    std::uint16_t number = 0;
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
    const bool whole = error == std::errc() && end == port.data() + port.size();
    if (!whole || port.front() == '0') return kShape;
    if (number == (plain ? 80 : 443))
      return "must not name the scheme's own port, which browsers leave out: no page would match";
    host = host.substr(0, colon);
  }
  if (!is_host_name(host)) return kShape;
  if (plain && host != "localhost" && host != "127.0.0.1")
    return "must be https, except on localhost";
  return {};
}

std::vector<std::string> read_origins(JsonFields& root, std::vector<JsonError>& errors) {
  std::vector<std::string> origins;
  const JsonArray* list = root.array("origins");
  if (list == nullptr) return origins;
  if (list->empty()) root.fail("origins", "must list at least one origin");
  for (std::size_t i = 0; i < list->size(); ++i) {
    const std::string* origin = (*list)[i].string();
    const std::string_view flaw = origin == nullptr ? "must be a string" : origin_flaw(*origin);
    if (!flaw.empty()) {
      const std::string pointer = root.pointer_to("origins") + '/' + std::to_string(i);
      errors.push_back({pointer, std::string(flaw), (*list)[i].offset()});
    }
    if (origin != nullptr) origins.push_back(*origin);
  }
  return origins;
}

TimePoint read_time(JsonFields& fields, std::string_view name) {
  const std::string* text = fields.string(name);
  if (text == nullptr) return {};
  const auto time = parse_rfc3339(*text);
  if (!time) fields.fail(name, "must be an RFC 3339 time, e.g. \"2026-04-01T00:00:00Z\"");
  return time.value_or(TimePoint{});
}

void check_notices(const PolicyText& policy, const TextByLanguage& texts, JsonFields& fields) {
  for (const auto& [language, words] : texts) {
    const std::size_t bytes = notice_bytes(policy, language, words);
    if (bytes <= kNoticeBytesMax) continue;
    return fields.fail("purposes", "make a notice of " + std::to_string(bytes) + " bytes in \"" +
                                       language + "\", which may have " +
                                       std::to_string(kNoticeBytesMax) +
                                       ": name fewer cookies, or shorten the texts");
  }
}

PolicyText read_policy(const JsonValue& value, const std::string& pointer,
                       const TextByLanguage& texts, std::vector<JsonError>& errors) {
  PolicyText policy;
  JsonFields fields(value, pointer, errors);
  if (!fields.is_object()) return policy;
  const auto version =
      fields.integer("version", Presence::required, {1, std::numeric_limits<PolicyVersion>::max()});
  policy.version = static_cast<PolicyVersion>(version.value_or(0));
  policy.published_at = read_time(fields, "published_at");
  policy.effective_at = read_time(fields, "effective_at");
  const bool timed = policy.published_at != TimePoint{} && policy.effective_at != TimePoint{};
  if (timed && policy.effective_at < policy.published_at) {
    fields.fail("effective_at", "must not be before published_at");
  }
  if (const std::string* controller = fields.string("controller")) {
    policy.controller = *controller;
    const std::string_view flaw = text_flaw(*controller);
    if (!flaw.empty()) fields.fail("controller", std::string(flaw));
  }
  if (const JsonValue* purposes = fields.member("purposes")) {
    policy.purposes = read_purposes(*purposes, fields.pointer_to("purposes"), texts, errors);
  }
  fields.refuse_unknown();
  if (errors.empty()) check_notices(policy, texts, fields);
  return policy;
}

// Between a version and the one before it. Members that could not be read are zero and compared
// with nothing.
void check_succession(const PolicyText& before, const PolicyText& policy, JsonFields& fields) {
  if (policy.version != 0 && policy.version == before.version) {
    fields.fail("version", "is used twice");
  } else if (policy.version != 0 && policy.version < before.version) {
    fields.fail("version", "must be greater than that of the policy before it");
  }
  if (policy.effective_at == TimePoint{} || policy.published_at == TimePoint{}) return;
  if (policy.effective_at <= before.effective_at) {
    fields.fail("effective_at", "must be later than that of the policy before it");
  } else if (policy.effective_at >= policy.published_at &&
             policy.effective_at < policy.published_at + kMaterialNotice &&
             is_material_change(before, policy)) {
    fields.fail("effective_at",
                "must be at least 30 days after published_at, because purposes, recipients, "
                "controller or legal "
                "basis change");
  }
}

std::vector<PolicyText> read_policies(JsonFields& root, const TextByLanguage& texts,
                                      std::vector<JsonError>& errors) {
  std::vector<PolicyText> policies;
  const JsonArray* list = root.array("policies");
  if (list == nullptr) return policies;
  if (list->empty()) root.fail("policies", "must list at least one policy version");
  for (std::size_t i = 0; i < list->size(); ++i) {
    const std::string pointer = pointer_join("/policies", std::to_string(i));
    const std::size_t errors_before = errors.size();
    PolicyText policy = read_policy((*list)[i], pointer, texts, errors);
    const bool sound = errors.size() == errors_before;
    if (!policies.empty() && (*list)[i].object() != nullptr) {
      JsonFields fields((*list)[i], pointer, errors);
      // With a flaw in its purposes every policy would look like a material change.
      if (!sound) policy.published_at = TimePoint{};
      check_succession(policies.back(), policy, fields);
    }
    policies.push_back(std::move(policy));
  }
  return policies;
}

SitePolicy read_site(const JsonValue& document, std::vector<JsonError>& errors,
                     std::vector<JsonError>& warnings) {
  SitePolicy site;
  JsonFields root(document, "", errors);
  if (const std::string* name = root.string("site")) {
    site.site = *name;
    if (!is_host_name(*name))
      root.fail("site", "must be a host name in lower case, e.g. \"dialphone.com\"");
  }
  site.origins = read_origins(root, errors);
  site.text = read_site_text(root, errors);
  if (const std::string* language = root.string("default_language")) {
    site.default_language = *language;
    if (!site.text.contains(*language))
      root.fail("default_language", "is not among the languages offered");
  }
  site.policies = read_policies(root, site.text, errors);
  site.regions = read_regions(root, errors, warnings);
  site.honour_dnt = root.boolean("honour_dnt", Presence::optional).value_or(false);
  site.retention = read_retention(root, errors, warnings);
  site.replication = read_replication(root, errors);
  if (const std::string* address = root.string("controller_address", Presence::optional)) {
    site.controller_address = *address;
    const std::string_view flaw = text_flaw(*address);
    if (!flaw.empty()) root.fail("controller_address", std::string(flaw));
  }
  root.refuse_unknown();
  return site;
}

// Versions that follow those of the site file. One that has been written there since counts once.
void add_published(SitePolicy& site, const JsonValue& document, std::vector<JsonError>& errors) {
  JsonFields root(document, "", errors);
  const std::string* name = root.string("site");
  if (name != nullptr && *name != site.site) root.fail("site", "is not that of the site file");
  const JsonArray* list = root.array("policies");
  root.refuse_unknown();
  if (list == nullptr || site.policies.empty()) return;
  const PolicyVersion newest = site.policies.back().version;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const std::string pointer = pointer_join("/policies", std::to_string(i));
    const std::size_t errors_before = errors.size();
    PolicyText policy = read_policy((*list)[i], pointer, site.text, errors);
    if (errors.size() != errors_before) continue;
    const PolicyText* const same = site.find(policy.version);
    if (same != nullptr && *same == policy) continue;
    JsonFields fields((*list)[i], pointer, errors);
    if (same != nullptr) {
      fields.fail("version", "is another policy already");
    } else if (policy.version < newest) {
      fields.fail("version", "is missing in the site file, which has a newer one: write it there");
    } else {
      check_succession(site.policies.back(), policy, fields);
      site.policies.push_back(std::move(policy));
    }
  }
}

// With the place of each in the text, in the order of the text.
std::vector<SiteError> placed(std::vector<JsonError> errors, std::string_view text) {
  std::stable_sort(errors.begin(), errors.end(),
                   [](const JsonError& a, const JsonError& b) { return a.offset < b.offset; });
  std::vector<SiteError> placed;
  for (JsonError& error : errors) {
    const TextPosition position = position_of(text, error.offset);
    placed.push_back(
        {position.line, position.column, std::move(error.pointer), std::move(error.detail)});
  }
  return placed;
}

}  // namespace

SiteLoad load_site_policy(std::string_view json_with_comments, std::string_view published) {
  SiteLoad load;
  std::vector<JsonError> errors;
  std::vector<JsonError> warnings;
  JsonParse parse = parse_json(json_with_comments, JsonDialect::commented);
  if (parse.error) {
    errors.push_back(std::move(*parse.error));
  } else {
    load.policy = read_site(parse.value, errors, warnings);
  }
  if (errors.empty() && !published.empty()) {
    JsonParse later = parse_json(published);
    std::vector<JsonError> flaws;
    if (later.error) {
      flaws.push_back(std::move(*later.error));
    } else {
      add_published(load.policy, later.value, flaws);
    }
    load.published_errors = placed(std::move(flaws), published);
  }
  settle_material_since(load.policy.policies);
  load.errors = placed(std::move(errors), json_with_comments);
  load.warnings = placed(std::move(warnings), json_with_comments);
  return load;
}

}  // namespace consent::server
