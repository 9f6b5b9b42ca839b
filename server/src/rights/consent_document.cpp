#include "rights/consent_document.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "consent/decision.h"
#include "consent/regime_rights.h"
#include "formats/timestamp.h"
#include "formats/uuid.h"
#include "site/site_text.h"
#include "visitor/subject_id.h"
#include "wire/held_record.h"

namespace consent::server {
namespace {

constexpr std::string_view kProfile = "https://w3id.org/dpv/schema/dpv-27560#record";
constexpr std::array kOptional = {Purpose::analytics, Purpose::marketing};

// One purpose of one decision, and what was decided about it before and after.
struct Entry {
  const SitePolicy& site;
  const Record& record;
  Purpose purpose;
  bool granted_before;
  bool overtaken;  // it grants, but a refusal that was made later had arrived before
  bool is_newest;
  std::string_view notice;  // the record's, else the one that the decision goes back on
};

bool under_gdpr(const Record& record) { return record.regime == RegimeId::eu_gdpr; }

std::string own_terms(const SitePolicy& site) { return "tag:" + site.site + ",2026:consent:"; }

JsonValue reference(std::string_view type) { return JsonObject{{"@type", type}}; }

JsonValue context(const SitePolicy& site) {
  JsonObject terms{{"dct", "http://purl.org/dc/terms/"},
                   {"dpv", "https://w3id.org/dpv#"},
                   {"eu-gdpr", "https://w3id.org/dpv/legal/eu/gdpr#"},
                   {"foaf", "http://xmlns.com/foaf/0.1/"},
                   {"loc", "https://w3id.org/dpv/loc#"},
                   {"xsd", "http://www.w3.org/2001/XMLSchema#"},
                   {"right", own_terms(site) + "right-"},
                   {"record", JsonObject{{"@id", own_terms(site) + "record"}, {"@type", "@json"}}}};
  for (const char* name : {"dct:conformsTo", "dct:isPartOf", "dpv:hasJurisdiction",
                           "dpv:hasLegalBasis", "dpv:hasLocation", "dpv:hasNecessity",
                           "dpv:hasProcessing", "dpv:hasRight", "dpv:isIndicatedBy", "foaf:page"}) {
    terms.push_back({name, reference("@id")});
  }
  terms.push_back({"dpv:hasDuration", reference("xsd:duration")});
  terms.push_back({"dpv:isIndicatedAtTime", reference("xsd:dateTime")});
  return terms;
}

// "loc:US-CA", "loc:DE"; "loc:EU" for the unknown region, which counts as there.
std::string location_of(const Region& region) {
  if (region.subdivision.known()) return "loc:" + std::string(to_text(region).view());
  return region.country.known() ? "loc:" + std::string(region.country.text()) : "loc:EU";
}

std::string_view right_iri(Right right) {
  switch (right) {
    case Right::access:
      return "eu-gdpr:A15";
    case Right::rectify:
      return "eu-gdpr:A16";
    case Right::erase:
      return "eu-gdpr:A17";
    case Right::restrict_processing:
      return "eu-gdpr:A18";
    case Right::portability:
      return "eu-gdpr:A20";
    case Right::object:
      return "eu-gdpr:A21";
    case Right::withdraw:
      return "eu-gdpr:A7-3";
    case Right::opt_out_of_sale:
    case Right::opt_out_of_profiling:
    case Right::limit_sensitive:
    case Right::opt_out_by_signal:
      break;
  }
  return "";
}

// DPV names the rights of the GDPR; those of other laws have our own names.
JsonArray rights_under(const Record& record) {
  const RegimeRights& rights = rights_of(record.regime);
  JsonArray names;
  for (unsigned bit = 1; bit <= static_cast<unsigned>(Right::opt_out_by_signal); bit *= 2) {
    const auto right = static_cast<Right>(bit);
    if (!rights.includes(right)) continue;
    const std::string_view iri = under_gdpr(record) ? right_iri(right) : std::string_view();
    names.emplace_back(iri.empty() ? "right:" + std::string(to_text(right)) : std::string(iri));
  }
  if (under_gdpr(record)) names.emplace_back("eu-gdpr:A77");
  return names;
}

const PurposeInfo* described(const Entry& entry) {
  const PolicyText* policy = entry.site.find(entry.record.policy);
  if (policy == nullptr) return nullptr;
  for (const PurposeInfo& info : policy->purposes) {
    if (info.purpose == entry.purpose) return &info;
  }
  return nullptr;
}

const std::string& language_of(const Entry& entry) {
  const bool offered = entry.site.text.contains(entry.record.language);
  return offered ? entry.record.language : entry.site.default_language;
}

JsonValue purpose_json(const Entry& entry) {
  const bool analytics = entry.purpose == Purpose::analytics;
  JsonObject json{{"@type", analytics ? "dpv:ServiceUsageAnalytics" : "dpv:Marketing"},
                  {"dct:identifier", to_text(entry.purpose)}};
  if (const PurposeInfo* info = described(entry)) {
    json.push_back({"dct:title", info->name.at(language_of(entry))});
    json.push_back({"dct:description", info->description.at(language_of(entry))});
  }
  return json;
}

JsonArray personal_data(const Entry& entry) {
  JsonArray data;
  if (entry.purpose == Purpose::analytics) {
    data.emplace_back(JsonObject{
        {"@type", "dpv:PseudonymisedData"},
        {"dct:title", "page views and interactions, reduced, under pseudonyms of one day"}});
  }
  if (const PurposeInfo* info = described(entry)) {
    for (const CookieInfo& cookie : info->cookies) {
      data.emplace_back(
          JsonObject{{"@type", "dpv:PersonalData"}, {"dct:title", "cookie " + cookie.name}});
    }
  }
  return data;
}

JsonArray recipients(const Entry& entry) {
  JsonArray all;
  if (const PurposeInfo* info = described(entry)) {
    for (const ServiceInfo& service : info->services) {
      all.emplace_back(JsonObject{{"@type", "dpv:Recipient"},
                                  {"dct:title", service.recipient},
                                  {"dpv:hasJurisdiction", "loc:" + service.country}});
    }
  }
  return all;
}

// Of events the site's period; of a purpose that only sets cookies that of the longest one.
std::string storage_period(const Entry& entry) {
  if (entry.purpose == Purpose::analytics) return entry.site.retention.events.iso8601();
  std::chrono::minutes longest{0};
  if (const PurposeInfo* info = described(entry)) {
    for (const CookieInfo& cookie : info->cookies)
      longest = std::max(longest, cookie.lifetime.at_most());
  }
  if (longest == std::chrono::minutes{0}) return {};
  return "P" + std::to_string(std::chrono::ceil<std::chrono::days>(longest).count()) + "D";
}

JsonValue storage_json(const Entry& entry) {
  JsonObject storage{{"@type", "dpv:StorageCondition"},
                     {"dpv:hasLocation", entry.record.zone == Zone::us ? "loc:US" : "loc:EU"}};
  std::string period = storage_period(entry);
  if (!period.empty()) storage.push_back({"dpv:hasDuration", std::move(period)});
  return storage;
}

JsonValue process_json(const Entry& entry) {
  JsonObject process{
      {"@type", "dpv:Process"},
      {"dpv:hasPurpose", purpose_json(entry)},
      {"dpv:hasPersonalData", personal_data(entry)},
      {"dpv:hasNecessity", "dpv:Optional"},
      {"dpv:hasProcessing", JsonArray{"dpv:Collect", "dpv:Pseudonymise", "dpv:Analyse"}},
      {"dpv:hasStorageCondition", storage_json(entry)},
      {"dpv:hasRecipient", recipients(entry)}};
  if (entry.record.action != Action::default_state) {
    process.push_back(
        {"dpv:hasLegalBasis", under_gdpr(entry.record) ? "eu-gdpr:A6-1-a" : "dpv:Consent"});
  }
  return process;
}

JsonValue controller_json(const Entry& entry) {
  const PolicyText* policy = entry.site.find(entry.record.policy);
  JsonObject controller{{"@type", "dpv:DataController"}};
  std::string name = entry.record.controller;  // as it was told then
  if (name.empty()) name = policy != nullptr ? policy->controller : entry.site.site;
  controller.push_back({"dct:title", std::move(name)});
  if (!entry.site.controller_address.empty()) {
    controller.push_back({"dpv:hasAddress", entry.site.controller_address});
  }
  const auto texts = entry.site.text.find(language_of(entry));
  if (texts == entry.site.text.end() || entry.site.origins.empty()) return controller;
  const auto page = texts->second.find("policy_url");
  if (page == texts->second.end()) return controller;
  const bool is_path = page->second.starts_with('/');
  controller.push_back(
      {"foaf:page", (is_path ? entry.site.origins.front() : std::string()) + page->second});
  return controller;
}

std::string_view decided(const Entry& entry) {
  if (entry.overtaken) return "dpv:ConsentInvalidated";
  if (entry.record.action == Action::default_state) return "dpv:ConsentUnknown";
  if (entry.record.choices.of(entry.purpose) == Choice::granted)
    return entry.granted_before ? "dpv:RenewedConsentGiven" : "dpv:ConsentGiven";
  return entry.granted_before ? "dpv:ConsentWithdrawn" : "dpv:ConsentRefused";
}

JsonValue status_json(std::string_view type, TimePoint time, std::string_view by,
                      std::string_view method) {
  return JsonObject{{"@type", type},
                    {"dpv:isIndicatedAtTime", to_rfc3339(time)},
                    {"dpv:isIndicatedBy", by},
                    {"dpv:hasIndicationMethod", method}};
}

// What time or a new policy version did to the newest decision.
void add_end(const Entry& entry, TimePoint now, JsonArray& statuses) {
  const Record& record = entry.record;
  const bool is_grant = record.choices.of(entry.purpose) == Choice::granted;
  if (!entry.is_newest || !is_grant || entry.overtaken) return;
  if (record.action == Action::default_state) return;
  for (const PolicyText& policy : entry.site.policies) {
    const bool void_since =
        policy.effective_at <= now && policy.effective_at > record.time &&
        policy.effective_at < record.expires_at &&
        record.policy < policy.material_since[static_cast<std::size_t>(entry.purpose)];
    if (!void_since) continue;
    statuses.push_back(status_json("dpv:ConsentInvalidated", policy.effective_at,
                                   "dpv:DataController",
                                   "policy version " + std::to_string(policy.version)));
    return;
  }
  if (now >= record.expires_at) {
    statuses.push_back(
        status_json("dpv:ConsentExpired", record.expires_at, "dpv:DataController", "time"));
  }
}

JsonArray statuses_of(const Entry& entry, TimePoint now) {
  const Record& record = entry.record;
  const std::string method =
      std::string(to_text(record.action)) + " (" + std::string(to_text(record.layer)) + ")";
  const bool by_nobody = record.action == Action::default_state;
  JsonObject first{{"@type", decided(entry)},
                   {"dpv:isIndicatedAtTime", to_rfc3339(record.time)},
                   {"dpv:isIndicatedBy", by_nobody ? "dpv:DataController" : "dpv:DataSubject"},
                   {"dpv:hasIndicationMethod", method}};
  if (record.choices.of(entry.purpose) == Choice::granted && !entry.overtaken) {
    const auto days = std::chrono::round<std::chrono::days>(record.expires_at - record.time);
    first.push_back({"dpv:hasDuration", "P" + std::to_string(days.count()) + "D"});
  }
  JsonArray statuses;
  statuses.emplace_back(std::move(first));
  add_end(entry, now, statuses);
  return statuses;
}

// A starting state is no choice of anybody.
bool chosen(const RecordState& state, Purpose purpose) {
  return state.choices.of(purpose) == Choice::granted && state.action != Action::default_state;
}

JsonValue consent_record(const Entry& entry, TimePoint now) {
  const Record& record = entry.record;
  const std::string id = to_text(record.id);
  JsonObject json{
      {"@id", "urn:uuid:" + id + "#" + std::string(to_text(entry.purpose))},
      {"@type", "dpv:ConsentRecord"},
      {"dct:conformsTo", std::string(kProfile) + (under_gdpr(record) ? "-eu-gdpr" : "")},
      {"dct:identifier", id},
      {"dct:isPartOf", "urn:uuid:" + id},
      {"dpv:hasDataSubject",
       JsonObject{
           {"@type", "dpv:DataSubject"},
           {"dct:identifier", record.subject ? subject_text(*record.subject) : std::string()}}}};
  if (!entry.notice.empty()) {
    json.push_back({"dpv:hasNotice", JsonObject{{"@type", "dpv:ConsentNotice"},
                                                {"dct:identifier", entry.notice},
                                                {"dct:language", record.language}}});
  }
  JsonArray processes;
  processes.push_back(process_json(entry));
  json.push_back({"dpv:hasProcess", std::move(processes)});
  json.push_back({"dpv:hasDataController", controller_json(entry)});
  json.push_back({"dpv:hasJurisdiction", location_of(record.region)});
  json.push_back(
      {"dpv:hasAuthority", JsonObject{{"@type", "dpv:DataProtectionAuthority"},
                                      {"dpv:hasJurisdiction", location_of(record.region)}}});
  json.push_back({"dpv:hasRight", rights_under(record)});
  const std::string origin = entry.site.origins.empty() ? "" : entry.site.origins.front();
  json.push_back({"dpv:hasConsentControl", JsonObject{{"@type", "dpv:WithdrawConsent"},
                                                      {"foaf:page", origin + "/v1/preferences"}}});
  json.push_back({"dpv:hasConsentStatus", statuses_of(entry, now)});
  json.push_back({"record", decided_json(record)});
  return json;
}

}  // namespace

JsonValue consent_document(const SitePolicy& site, std::span<const StoredRecord> stored,
                           TimePoint now) {
  std::vector<Record> history;
  for (const StoredRecord& one : stored) {
    const bool decides =
        one.record.kind == RecordKind::decision || one.record.kind == RecordKind::objected;
    if (decides && !one.erased) history.push_back(one.record);
  }
  JsonArray records;
  RecordState state;
  std::string_view notice;
  for (const Record& record : history) {
    if (!record.notice.empty()) notice = record.notice;
    const RecordState before = state;
    state = apply(state, record);
    for (const Purpose purpose : kOptional) {
      const Choice choice = record.choices.of(purpose);
      if (choice == Choice::not_asked) continue;
      const bool granted = state.choices.of(purpose) == Choice::granted;
      records.push_back(consent_record({.site = site,
                                        .record = record,
                                        .purpose = purpose,
                                        .granted_before = chosen(before, purpose),
                                        .overtaken = choice == Choice::granted && !granted,
                                        .is_newest = &record == &history.back(),
                                        .notice = notice},
                                       now));
    }
  }
  return JsonObject{{"@context", context(site)}, {"@graph", std::move(records)}};
}

}  // namespace consent::server
