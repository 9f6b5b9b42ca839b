#include "site/purpose_reader.h"

#include <algorithm>
#include <array>
#include <set>

#include "consent/decision.h"
#include "consent/region.h"
#include "nearest_name.h"
#include "wire/json_fields.h"

namespace consent::server {
namespace {

const std::vector<std::string>& purpose_names() {
  static const std::vector<std::string> kNames = {"essential", "analytics", "marketing"};
  return kNames;
}

const std::vector<std::string>& legal_bases() {
  static const std::vector<std::string> kBases = {"consent", "contract", "legitimate_interests",
                                                  "legal_obligation"};
  return kBases;
}

const std::vector<std::string>& storage_kinds() {
  static const std::vector<std::string> kKinds = {"local_storage", "session_storage"};
  return kKinds;
}

std::string one_of(const std::vector<std::string>& names, const std::string& given) {
  std::string detail = "must be one of ";
  for (const std::string& name : names) detail += (&name == &names.front() ? "" : ", ") + name;
  const std::string_view nearest = nearest_name(given, names);
  if (!nearest.empty()) detail += "; did you mean \"" + std::string(nearest) + "\"?";
  return detail;
}

// A text that may not be missing, empty or unreadable.
std::string words(JsonFields& fields, std::string_view name) {
  const std::string* text = fields.string(name);
  if (text == nullptr) return {};
  const std::string_view flaw = text_flaw(*text);
  if (!flaw.empty()) fields.fail(name, std::string(flaw));
  return *text;
}

// The words at `key` of every language, and over them what the purpose's own member says.
Localised read_localised(JsonFields& parent, std::string_view name, const std::string& key,
                         const TextByLanguage& texts, std::vector<JsonError>& errors) {
  Localised localised;
  for (const auto& [language, known] : texts) {
    if (const auto found = known.find(key); found != known.end()) {
      localised[language] = found->second;
    }
  }
  if (const JsonValue* value = parent.object(name, Presence::optional)) {
    JsonFields fields(*value, parent.pointer_to(name), errors);
    for (const auto& [language, unused] : texts) {
      if (const std::string* own = fields.string(language, Presence::optional)) {
        localised[language] = *own;
        const std::string_view flaw = text_flaw(*own);
        if (!flaw.empty()) fields.fail(language, std::string(flaw));
      }
    }
    fields.refuse_unknown();
  }
  for (const auto& [language, unused] : texts) {
    if (localised.try_emplace(language).second) {
      parent.fail(name, "is missing in \"" + language + "\", which has no \"" + key +
                            "\" under /text either");
    }
  }
  return localised;
}

bool is_cookie_name(std::string_view name) {
  constexpr std::string_view kSeparators = "()<>@,;:\\\"/[]?={} \t";
  return !name.empty() && name.size() <= 128 && std::all_of(name.begin(), name.end(), [&](char c) {
    return c > 0x20 && c < 0x7f && kSeparators.find(c) == kSeparators.npos;
  });
}

CookieInfo read_cookie(const JsonValue& value, const std::string& pointer, Purpose purpose,
                       std::vector<JsonError>& errors) {
  CookieInfo cookie;
  JsonFields fields(value, pointer, errors);
  if (const std::string* name = fields.string("name")) {
    cookie.name = *name;
    if (!is_cookie_name(*name)) fields.fail("name", "is not a cookie name");
  }
  cookie.provider = words(fields, "provider");
  if (const std::string* lifetime = fields.string("lifetime")) {
    const auto parsed = parse_cookie_lifetime(*lifetime);
    if (!parsed) {
      fields.fail("lifetime",
                  "must be \"session\" or a number from 2 and minutes, hours, days or months");
    } else if (purpose != Purpose::essential && parsed->at_most() > std::chrono::days{13 * 31}) {
      fields.fail("lifetime", "must be at most 13 months for a cookie that rests on consent");
    }
    cookie.lifetime = parsed.value_or(CookieLifetime{});
  }
  if (const std::string* kind = fields.string("kind", Presence::optional)) {
    const auto& kinds = storage_kinds();
    cookie.kind = *kind;
    if (std::find(kinds.begin(), kinds.end(), *kind) == kinds.end())
      fields.fail("kind", one_of(kinds, *kind));
  }
  if (const std::string* path = fields.string("path", Presence::optional)) {
    cookie.path = *path;
    if (!path->starts_with('/') || !text_flaw(*path).empty())
      fields.fail("path", "must begin with /");
  }
  if (const std::string* domain = fields.string("domain", Presence::optional)) {
    cookie.domain = *domain;
    if (!is_host_name(*domain))
      fields.fail("domain", "must be a host name in lower case, without a leading dot");
  }
  if (const std::string* service = fields.string("service", Presence::optional)) {
    cookie.service = *service;
  }
  if (cookie.name.starts_with("__Host-") && (cookie.path != "/" || !cookie.domain.empty())) {
    fields.fail("name", "a __Host- cookie has the path / and no domain");
  }
  fields.refuse_unknown();
  return cookie;
}

bool is_service_id(std::string_view id) {
  return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

ServiceInfo read_service(const JsonValue& value, const std::string& pointer,
                         std::vector<JsonError>& errors) {
  ServiceInfo service;
  JsonFields fields(value, pointer, errors);
  if (const std::string* id = fields.string("id")) {
    service.id = *id;
    if (!is_service_id(*id)) fields.fail("id", "must be 1 to 64 of a-z, 0-9, - and _");
  }
  service.name = words(fields, "name");
  service.recipient = words(fields, "recipient");
  if (const std::string* country = fields.string("country")) {
    service.country = *country;
    const Region region = parse_region(*country);
    if (to_text(region).view() != *country || country->size() != 2) {
      fields.fail("country", "must be an ISO 3166-1 code of two letters such as \"US\"");
    }
  }
  fields.refuse_unknown();
  return service;
}

// Reads every element of the list `name` and refuses two with the same key.
template <typename Item, typename Read>
std::vector<Item> read_list(JsonFields& parent, std::string_view name, std::string Item::*key,
                            Read read) {
  std::vector<Item> items;
  const JsonArray* list = parent.array(name);
  if (list == nullptr) return items;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < list->size(); ++i) {
    Item item = read((*list)[i], pointer_join(parent.pointer_to(name), std::to_string(i)));
    if (!(item.*key).empty() && !seen.insert(item.*key).second) {
      parent.fail(name, "lists \"" + item.*key + "\" twice");
    }
    items.push_back(std::move(item));
  }
  return items;
}

void check_legal_basis(JsonFields& fields, const PurposeInfo& info) {
  const auto& bases = legal_bases();
  if (std::find(bases.begin(), bases.end(), info.legal_basis) == bases.end()) {
    fields.fail("legal_basis", one_of(bases, info.legal_basis));
  } else if ((info.legal_basis == "consent") != (info.purpose != Purpose::essential)) {
    fields.fail("legal_basis", info.purpose == Purpose::essential
                                   ? "must not be consent: essential is never asked for"
                                   : "must be consent: what is not essential needs it");
  }
}

// A cookie can only belong to a service that the purpose names.
void check_owners(const JsonValue& purpose, const std::string& pointer, const PurposeInfo& info,
                  std::vector<JsonError>& errors) {
  std::vector<std::string> ids;
  for (const ServiceInfo& service : info.services) ids.push_back(service.id);
  for (std::size_t i = 0; i < info.cookies.size(); ++i) {
    const std::string& owner = info.cookies[i].service;
    if (owner.empty() || std::find(ids.begin(), ids.end(), owner) != ids.end()) continue;
    const JsonValue& cookie = (*purpose.find("cookies")->array())[i];
    const std::string at = pointer + "/cookies/" + std::to_string(i) + "/service";
    errors.push_back({at, one_of(ids, owner), cookie.find("service")->offset()});
  }
}

// Empty when the purpose itself is not known: nothing else about it can be kept.
std::optional<PurposeInfo> read_purpose(const JsonValue& value, const std::string& pointer,
                                        const TextByLanguage& texts,
                                        std::vector<JsonError>& errors) {
  PurposeInfo info;
  JsonFields fields(value, pointer, errors);
  if (!fields.is_object()) return std::nullopt;
  std::optional<Purpose> purpose;
  if (const std::string* id = fields.string("id")) {
    purpose = parse_purpose(*id);
    if (!purpose) fields.fail("id", one_of(purpose_names(), *id));
  }
  info.purpose = purpose.value_or(Purpose::essential);
  if (const std::string* basis = fields.string("legal_basis")) {
    info.legal_basis = *basis;
    if (purpose) check_legal_basis(fields, info);
  }
  info.name =
      read_localised(fields, "name", text_key(info.purpose, PurposeWords::name), texts, errors);
  info.description = read_localised(
      fields, "description", text_key(info.purpose, PurposeWords::description), texts, errors);
  info.cookies = read_list<CookieInfo>(fields, "cookies", &CookieInfo::name,
                                       [&](const JsonValue& item, const std::string& at) {
                                         return read_cookie(item, at, info.purpose, errors);
                                       });
  info.services = read_list<ServiceInfo>(
      fields, "services", &ServiceInfo::id,
      [&](const JsonValue& item, const std::string& at) { return read_service(item, at, errors); });
  const JsonValue* services = value.find("services");
  if (services != nullptr && services->array() != nullptr && info.services.empty()) {
    fields.fail("services", "must name at least one recipient");
  }
  check_owners(value, pointer, info, errors);
  fields.refuse_unknown();
  if (!purpose) return std::nullopt;
  return info;
}

}  // namespace

bool is_host_name(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  while (true) {
    const std::size_t end = std::min(text.find('.'), text.size());
    const std::string_view label = text.substr(0, end);
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-')
      return false;
    const bool fits = std::all_of(label.begin(), label.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
    if (!fits) return false;
    if (end == text.size()) return true;
    text.remove_prefix(end + 1);
  }
}

std::vector<PurposeInfo> read_purposes(const JsonValue& list, const std::string& pointer,
                                       const TextByLanguage& texts,
                                       std::vector<JsonError>& errors) {
  std::vector<PurposeInfo> purposes;
  const JsonArray* items = list.array();
  if (items == nullptr) {
    errors.push_back({pointer, "must be an array", list.offset()});
    return purposes;
  }
  std::array<bool, kPurposes> seen{};
  bool all_known = true;
  for (std::size_t i = 0; i < items->size(); ++i) {
    const std::string at = pointer_join(pointer, std::to_string(i));
    auto info = read_purpose((*items)[i], at, texts, errors);
    all_known = all_known && info.has_value();
    if (!info) continue;
    bool& known = seen[static_cast<std::size_t>(info->purpose)];
    if (known) {
      errors.push_back(
          {at + "/id", "the purpose is listed twice", (*items)[i].find("id")->offset()});
    }
    known = true;
    purposes.push_back(std::move(*info));
  }
  // A mistyped id may have been meant as essential: one mistake, one message.
  if (!seen[0] && all_known) {
    errors.push_back({pointer, "must list the purpose \"essential\"", list.offset()});
  }
  std::stable_sort(
      purposes.begin(), purposes.end(),
      [](const PurposeInfo& a, const PurposeInfo& b) { return a.purpose < b.purpose; });
  return purposes;
}

}  // namespace consent::server
