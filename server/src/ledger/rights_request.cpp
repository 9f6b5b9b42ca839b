#include "ledger/rights_request.h"

#include <algorithm>
#include <array>
#include <utility>

#include "visitor/subject_id.h"
#include "wire/json_document.h"
#include "wire/json_writer.h"

namespace consent::server {
namespace {

constexpr std::array<std::string_view, kRequestStates> kStates = {
    "received", "acknowledged", "extended", "completed", "refused"};

std::int64_t number_of(TimePoint time) { return time.time_since_epoch().count(); }

void add_time(JsonObject& json, std::string name, const std::optional<TimePoint>& time) {
  if (time) json.push_back({std::move(name), number_of(*time)});
}

void add_text(JsonObject& json, std::string name, const std::string& text) {
  if (!text.empty()) json.push_back({std::move(name), text});
}

// Every member that is asked for; `sound` is false once one of them is missing.
class Reader {
 public:
  explicit Reader(const JsonValue& json) : json_(json) {}

  std::int64_t number(std::string_view name) {
    const JsonValue* const value = json_.find(name);
    const auto number = value == nullptr ? std::nullopt : value->integer();
    sound = sound && number.has_value();
    return number.value_or(0);
  }
  TimePoint time(std::string_view name) {
    return TimePoint(std::chrono::milliseconds(number(name)));
  }
  std::optional<TimePoint> maybe_time(std::string_view name) {
    if (json_.find(name) == nullptr) return std::nullopt;
    return time(name);
  }
  std::string text(std::string_view name) {
    const JsonValue* const value = json_.find(name);
    return value == nullptr || value->string() == nullptr ? "" : *value->string();
  }

  bool sound = true;

 private:
  const JsonValue& json_;
};

}  // namespace

std::string_view to_text(RequestState state) { return kStates[static_cast<std::size_t>(state)]; }

std::optional<RequestState> parse_request_state(std::string_view text) {
  for (std::size_t i = 0; i < kStates.size(); ++i) {
    if (kStates[i] == text) return static_cast<RequestState>(i);
  }
  return std::nullopt;
}

std::string request_text(const RightsRequest& request) {
  JsonObject json{{"revision", request.revision},
                  {"site", request.site},
                  {"right", static_cast<std::int64_t>(request.right)},
                  {"regime", static_cast<std::int64_t>(request.regime)},
                  {"region", to_text(request.region).view()},
                  {"state", static_cast<std::int64_t>(request.state)},
                  {"received_at", number_of(request.received_at)},
                  {"due_at", number_of(request.due_at)},
                  {"changed_at", number_of(request.changed_at)}};
  if (request.subject) json.push_back({"subject", subject_text(*request.subject)});
  add_time(json, "acknowledge_by", request.acknowledge_by);
  add_time(json, "acknowledged_at", request.acknowledged_at);
  add_time(json, "extended_at", request.extended_at);
  add_time(json, "closed_at", request.closed_at);
  add_text(json, "extension_reason", request.extension_reason);
  add_text(json, "reason", request.reason);
  add_text(json, "note", request.note);
  return to_canonical_json(std::move(json));
}

std::optional<RightsRequest> parse_request_text(std::string_view text) {
  const JsonParse parsed = parse_json(text);
  if (parsed.error) return std::nullopt;
  Reader reader(parsed.value);
  RightsRequest request;
  request.revision = static_cast<std::uint32_t>(reader.number("revision"));
  request.site = reader.text("site");
  request.right = static_cast<Right>(reader.number("right"));
  request.regime = static_cast<RegimeId>(reader.number("regime"));
  request.region = parse_region(reader.text("region"));
  const std::int64_t state = reader.number("state");
  if (state < 0 || state >= kRequestStates) return std::nullopt;
  request.state = static_cast<RequestState>(state);
  request.received_at = reader.time("received_at");
  request.due_at = reader.time("due_at");
  request.changed_at = reader.time("changed_at");
  request.subject = parse_subject_id(reader.text("subject"));
  request.acknowledge_by = reader.maybe_time("acknowledge_by");
  request.acknowledged_at = reader.maybe_time("acknowledged_at");
  request.extended_at = reader.maybe_time("extended_at");
  request.closed_at = reader.maybe_time("closed_at");
  request.extension_reason = reader.text("extension_reason");
  request.reason = reader.text("reason");
  request.note = reader.text("note");
  if (!reader.sound) return std::nullopt;
  return request;
}

TimePoint ClosedBefore::of(RegimeId regime) const {
  const auto found = earlier.find(regime);
  return found == earlier.end() ? latest : found->second;
}

TimePoint ClosedBefore::earliest() const {
  TimePoint first = latest;
  for (const auto& [regime, before] : earlier) first = std::min(first, before);
  return first;
}

}  // namespace consent::server
