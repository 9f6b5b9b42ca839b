#include "wire/event_json.h"

#include "formats/timestamp.h"

namespace consent::server {
namespace {

constexpr int kSchema = 1;

JsonValue text_or_null(std::string_view text) {
  return text.empty() ? JsonValue() : JsonValue(text);
}

JsonValue campaign_json(const PseudonymisedEvent& event) {
  if (event.campaign_source.empty() && event.campaign_medium.empty() && event.campaign_name.empty())
    return {};
  return JsonObject{{"source", text_or_null(event.campaign_source)},
                    {"medium", text_or_null(event.campaign_medium)},
                    {"name", text_or_null(event.campaign_name)}};
}

std::string_view basis_text(EventBasis basis) {
  return basis == EventBasis::consent ? "consent" : "opt_out_default";
}

}  // namespace

JsonValue event_json(const PseudonymisedEvent& event) {
  JsonObject object{{"schema", kSchema},
                    {"site", event.site},
                    {"type", to_text(event.type)},
                    {"time", to_rfc3339_seconds(event.time)}};
  if (event.type == EventType::custom) object.push_back({"name", event.name});
  JsonValue country;
  JsonValue subdivision;
  if (event.region.country.known()) country = event.region.country.text();
  if (event.region.subdivision.known()) subdivision = to_text(event.region).view();
  JsonObject rest{
      {"visitor", text_or_null(event.visitor.value_or(""))},
      {"session", text_or_null(event.session.value_or(""))},
      {"path", text_or_null(event.path)},
      {"campaign", campaign_json(event)},
      {"referrer", text_or_null(event.referrer)},
      {"duration", text_or_null(event.duration)},
      {"browser", event.browser},
      {"browser_major", event.browser_major == 0 ? JsonValue() : JsonValue(event.browser_major)},
      {"os", event.os},
      {"device", event.device},
      {"country", country},
      {"subdivision", subdivision},
      {"policy", event.policy},
      {"basis", basis_text(event.basis)},
      {"key_epoch", to_iso_date(event.key_epoch)}};
  for (JsonMember& member : rest) object.push_back(std::move(member));
  return object;
}

}  // namespace consent::server
