#include "wire/consent_record.h"

#include "formats/timestamp.h"
#include "formats/uuid.h"
#include "visitor/subject_id.h"

namespace consent::server {
namespace {

JsonValue text_or_null(const std::string& text) {
  return text.empty() ? JsonValue() : JsonValue(text);
}

}  // namespace

JsonValue choices_json(Choices choices) {
  JsonObject object;
  for (const Purpose purpose : {Purpose::analytics, Purpose::marketing}) {
    const Choice choice = choices.of(purpose);
    if (choice != Choice::not_asked)
      object.push_back({std::string(to_text(purpose)), to_text(choice)});
  }
  return object;
}

JsonValue region_json(const Region& region) {
  JsonValue country;
  JsonValue subdivision;
  if (region.country.known()) country = region.country.text();
  if (region.subdivision.known()) subdivision = to_text(region).view();
  return JsonObject{{"country", country}, {"subdivision", subdivision}};
}

JsonValue record_json(const Record& record) {
  JsonValue subject;
  if (record.subject) subject = subject_text(*record.subject);
  JsonObject json{{"id", to_text(record.id)},
                  {"sequence", static_cast<std::int64_t>(record.sequence)},
                  {"subject", subject},
                  {"site", record.site},
                  {"time", to_rfc3339(record.time)},
                  {"choices", choices_json(record.choices)},
                  {"action", to_text(record.action)},
                  {"layer", to_text(record.layer)},
                  {"regime", to_text(record.regime)},
                  {"region", region_json(record.region)},
                  {"policy", record.policy},
                  {"notice", text_or_null(record.notice)},
                  {"language", text_or_null(record.language)},
                  {"signals", JsonObject{{"gpc", record.gpc}}},
                  {"expires_at", to_rfc3339(record.expires_at)}};
  if (record.model != model_of(record.regime)) json.push_back({"model", to_text(record.model)});
  return json;
}

JsonValue recorded_json(const Record& record, std::string_view token) {
  return JsonObject{{"record", record_json(record)}, {"token", token}};
}

}  // namespace consent::server
