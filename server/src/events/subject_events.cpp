#include "events/subject_events.h"

#include <algorithm>
#include <set>
#include <vector>

#include "keys/keyring.h"
#include "site/site_policy.h"
#include "visitor/subject_id.h"

namespace consent::server {
namespace {

// No event arrives before the day its pseudonym is of.
struct Pseudonyms {
  std::vector<Pseudonym> all;
  Date first = Date::max();
};

Pseudonyms pseudonyms_of(const Service& service, const SubjectId& subject) {
  Pseudonyms found;
  for (auto& [epoch, pseudonym] : service.keyring.live_pseudonyms(
           Keyring::PseudonymKind::visitor, service.site.site, subject_text(subject))) {
    found.first = std::min(found.first, epoch);
    found.all.push_back(std::move(pseudonym));
  }
  return found;
}

}  // namespace

SubjectEvents events_of(const Service& service, const SubjectId& subject) {
  SubjectEvents found;
  const Pseudonyms pseudonyms = pseudonyms_of(service, subject);
  const std::set<std::string_view> wanted(pseudonyms.all.begin(), pseudonyms.all.end());
  found.failure = service.sink.read(pseudonyms.first, [&](std::string_view line) {
    const bool may_be = std::any_of(wanted.begin(), wanted.end(), [line](std::string_view one) {
      return line.find(one) != std::string_view::npos;
    });
    if (!may_be) return;
    JsonParse event = parse_json(line);
    const JsonValue* visitor = event.error ? nullptr : event.value.find("visitor");
    const std::string* text = visitor == nullptr ? nullptr : visitor->string();
    if (text != nullptr && wanted.contains(*text)) found.events.push_back(std::move(event.value));
  });
  return found;
}

EventSink::Removal remove_events_of(const Service& service, const SubjectId& subject) {
  const Pseudonyms pseudonyms = pseudonyms_of(service, subject);
  if (pseudonyms.all.empty()) return {};
  return service.sink.remove(pseudonyms.all, pseudonyms.first);
}

}  // namespace consent::server
