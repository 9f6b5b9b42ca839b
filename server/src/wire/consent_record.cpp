#include "wire/consent_record.h"

#include "formats/timestamp.h"
#include "formats/uuid.h"
#include "visitor/subject_id.h"
#include "wire/object_text.h"

namespace consent::server {
namespace {

constexpr std::size_t kUsualBytes = 1024;

JsonValue text_or_null(const std::string& text) {
  return text.empty() ? JsonValue() : JsonValue(text);
}

void write_choices(Choices choices, ObjectText& object) {
  for (const Purpose purpose : {Purpose::analytics, Purpose::marketing}) {
    const Choice choice = choices.of(purpose);
    if (choice != Choice::not_asked) object.text(to_text(purpose), to_text(choice));
  }
}

void write_region(const Region& region, ObjectText& object) {
  const std::string_view country = region.country.known() ? region.country.text() : "";
  object.text_or_null("country", country);
  object.text_or_null("subdivision", region.subdivision.known() ? to_text(region).view() : "");
}

void write_record(const Record& record, ObjectText& object) {
  object.text("id", to_text(record.id))
      .number("sequence", static_cast<std::int64_t>(record.sequence))
      .text_or_null("subject", record.subject ? subject_text(*record.subject) : std::string())
      .text("site", record.site)
      .text("time", to_rfc3339(record.time))
      .object("choices", [&](ObjectText& inner) { write_choices(record.choices, inner); })
      .text("action", to_text(record.action))
      .text("layer", to_text(record.layer))
      .text("regime", to_text(record.regime))
      .object("region", [&](ObjectText& inner) { write_region(record.region, inner); })
      .number("policy", record.policy)
      .text_or_null("notice", record.notice)
      .text_or_null("language", record.language)
      .object("signals", [&](ObjectText& inner) { inner.flag("gpc", record.gpc); })
      .text("expires_at", to_rfc3339(record.expires_at));
  if (record.model != model_of(record.regime)) object.text("model", to_text(record.model));
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

std::string recorded_text(const Record& record, std::string_view token) {
  std::string out;
  out.reserve(kUsualBytes);
  ObjectText json(out);
  json.object("record", [&](ObjectText& object) { write_record(record, object); });
  json.text("token", token).end();
  return out;
}

}  // namespace consent::server
