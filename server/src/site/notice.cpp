#include "site/notice.h"

#include <cstdlib>

#include "crypto/sha256.h"
#include "site/placeholder.h"
#include "site/site_text.h"
#include "wire/json_writer.h"

namespace consent::server {
namespace {

using Texts = std::map<std::string, std::string>;

JsonArray cookies_of(const PurposeInfo& info, const Texts& texts) {
  JsonArray cookies;
  for (const CookieInfo& cookie : info.cookies) {
    JsonObject named{{"name", cookie.name},
                     {"provider", cookie.provider},
                     {"lifetime", localised(cookie.lifetime, texts)},
                     {"path", cookie.path},
                     {"domain", cookie.domain}};
    // Left out where they say nothing: the notices of before keep their ids.
    if (!cookie.kind.empty()) named.push_back({"kind", cookie.kind});
    if (!cookie.service.empty()) named.push_back({"service", cookie.service});
    cookies.emplace_back(std::move(named));
  }
  return cookies;
}

JsonArray services_of(const PurposeInfo& info) {
  JsonArray services;
  for (const ServiceInfo& service : info.services) {
    services.push_back(JsonObject{{"id", service.id},
                                  {"name", service.name},
                                  {"recipient", service.recipient},
                                  {"country", service.country}});
  }
  return services;
}

enum class Defaults : std::uint8_t { left_out, opt_in, opt_out };

std::string_view default_of(Purpose purpose, Defaults defaults) {
  if (purpose == Purpose::essential) return "granted";
  return defaults == Defaults::opt_out && purpose == Purpose::analytics ? "granted" : "denied";
}

JsonArray purposes_of(const PolicyText& policy, const std::string& language, const Texts& texts,
                      Defaults defaults) {
  JsonArray purposes;
  for (const PurposeInfo& info : policy.purposes) {
    JsonObject purpose{{"id", to_text(info.purpose)},
                       {"required", info.purpose == Purpose::essential},
                       {"legal_basis", info.legal_basis},
                       {"name", info.name.at(language)},
                       {"description", info.description.at(language)},
                       {"cookies", cookies_of(info, texts)},
                       {"services", services_of(info)}};
    if (defaults != Defaults::left_out) {
      purpose.push_back({"default", default_of(info.purpose, defaults)});
    }
    purposes.emplace_back(std::move(purpose));
  }
  return purposes;
}

// The optional purposes by name, as a list in a sentence; the essential one when there is no other.
std::string purpose_list(const PolicyText& policy, const std::string& language,
                         const Texts& texts) {
  std::string list;
  for (const PurposeInfo& info : policy.purposes) {
    if (info.purpose == Purpose::essential) continue;
    const std::string& name = info.name.at(language);
    list = list.empty() ? name : fill(texts.at("list"), {{"{a}", list}, {"{b}", name}});
  }
  return list.empty() ? policy.purposes.front().name.at(language) : list;
}

JsonObject words_of(const PolicyText& policy, const std::string& language, const Texts& texts) {
  JsonObject words;
  for (const auto& [key, text] : texts) {
    if (key == "body") {
      words.push_back({key, fill(text, {{"{purposes}", purpose_list(policy, language, texts)}})});
    } else if (key == "controller") {
      words.push_back({key, fill(text, {{"{controller}", policy.controller}})});
    } else if (is_notice_text(key)) {
      words.push_back({key, text});
    }
  }
  return words;
}

NoticeTail tail_of(const std::string& purposes_json, const std::string& text_json) {
  std::string json = ",\"purposes\":" + purposes_json + ",\"text\":" + text_json + '}';
  GzipTail gzip(json);
  return {std::move(json), std::move(gzip)};
}

Notice render(const SitePolicy& site, const PolicyText& policy, const std::string& language,
              const Texts& texts) {
  JsonObject words = words_of(policy, language, texts);
  Notice notice;
  notice.language = language;
  notice.policy = policy.version;
  notice.canonical_json = to_canonical_json(
      JsonObject{{"site", site.site},
                 {"policy", policy.version},
                 {"language", language},
                 {"purposes", purposes_of(policy, language, texts, Defaults::left_out)},
                 {"text", words}});
  notice.id = "sha256:" + sha256_hex(notice.canonical_json);
  notice.purposes_json = to_canonical_json(purposes_of(policy, language, texts, Defaults::opt_in));
  notice.purposes_json_opt_out =
      to_canonical_json(purposes_of(policy, language, texts, Defaults::opt_out));
  notice.text_json = to_canonical_json(std::move(words));
  notice.tail = tail_of(notice.purposes_json, notice.text_json);
  notice.tail_opt_out = tail_of(notice.purposes_json_opt_out, notice.text_json);
  return notice;
}

}  // namespace

std::size_t notice_bytes(const PolicyText& policy, const std::string& language,
                         const Texts& texts) {
  const JsonArray purposes = purposes_of(policy, language, texts, Defaults::opt_in);
  return to_canonical_json(purposes).size() +
         to_canonical_json(words_of(policy, language, texts)).size();
}

NoticeBook::NoticeBook(const SitePolicy& site) {
  for (const PolicyText& policy : site.policies) {
    for (const auto& [language, texts] : site.text) {
      notices_.emplace(std::pair(policy.version, language), render(site, policy, language, texts));
    }
  }
  for (const auto& [place, notice] : notices_) by_id_.emplace(notice.id, &notice);
}

const Notice& NoticeBook::find(PolicyVersion version, std::string_view language) const {
  const auto found = notices_.find(std::pair(version, std::string(language)));
  if (found == notices_.end()) std::abort();
  return found->second;
}

const Notice* NoticeBook::find_by_id(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

}  // namespace consent::server
