#include "wire/rights_request_json.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "consent/base64url.h"
#include "formats/timestamp.h"
#include "formats/uuid.h"
#include "site/site_text.h"
#include "visitor/subject_id.h"
#include "wire/consent_record.h"
#include "wire/json_fields.h"

namespace consent::server {
namespace {

constexpr std::array kRights = {Right::access,
                                Right::rectify,
                                Right::erase,
                                Right::portability,
                                Right::restrict_processing,
                                Right::object,
                                Right::withdraw,
                                Right::opt_out_of_sale,
                                Right::opt_out_of_profiling,
                                Right::limit_sensitive};
constexpr std::chrono::minutes kClockSkewMax{5};
constexpr std::chrono::years kReceiptAgeMax{10};

std::string right_names() {
  std::string names;
  for (const Right right : kRights) {
    names += (names.empty() ? "" : ", ") + std::string(to_text(right));
  }
  return names;
}

Right read_right(JsonFields& fields) {
  const std::string* const text = fields.string("right");
  if (text == nullptr) return Right::access;
  const auto found = std::find_if(kRights.begin(), kRights.end(),
                                  [&](Right right) { return to_text(right) == *text; });
  if (found == kRights.end()) fields.fail("right", "must be one of " + right_names());
  return found == kRights.end() ? Right::access : *found;
}

// Empty when it is missing, null or wrong.
std::string read_text(JsonFields& fields, std::string_view name) {
  const std::string* const text = fields.string(name, Presence::nullable);
  if (text == nullptr) return "";
  const std::string_view flaw = text_flaw(*text);
  if (!flaw.empty()) fields.fail(name, std::string(flaw));
  return *text;
}

std::optional<Region> read_region(JsonFields& fields) {
  const std::string* const text = fields.string("region", Presence::nullable);
  if (text == nullptr) return std::nullopt;
  const Region region = parse_region(*text);
  if (to_text(region).view() != *text || text->empty()) {
    fields.fail("region", "must be a country or a subdivision, e.g. \"DE\" or \"US-CA\"");
  }
  return region;
}

std::optional<TimePoint> read_receipt(JsonFields& fields, TimePoint now) {
  const std::string* const text = fields.string("received_at", Presence::nullable);
  if (text == nullptr) return std::nullopt;
  const auto time = parse_rfc3339(*text);
  if (!time) {
    fields.fail("received_at", "must be an RFC 3339 time, e.g. \"2026-04-01T00:00:00Z\"");
  } else if (*time > now + kClockSkewMax) {
    fields.fail("received_at", "must not be in the future");
  } else if (*time < now - kReceiptAgeMax) {
    fields.fail("received_at", "must not be more than ten years ago");
  }
  return time;
}

JsonValue time_or_null(const std::optional<TimePoint>& time) {
  return time ? JsonValue(to_rfc3339(*time)) : JsonValue();
}

JsonValue text_or_null(std::string_view text) {
  return text.empty() ? JsonValue() : JsonValue(text);
}

constexpr std::size_t kPlaceBytes = 8 + 16;

}  // namespace

RequestBody read_request_body(const JsonValue& json, const std::string& site, TimePoint now,
                              std::vector<JsonError>& errors) {
  RequestBody body;
  JsonFields fields(json, "", errors);
  if (!fields.is_object()) return body;
  const std::string* const name = fields.string("site", Presence::optional);
  if (name != nullptr && *name != site) fields.fail("site", "is not this service's site");
  if (const std::string* const id = fields.string("id", Presence::nullable)) {
    body.id = parse_uuid_v7(*id);
    if (!body.id) fields.fail("id", "must be a UUIDv7");
  }
  body.right = read_right(fields);
  if (const std::string* const subject = fields.string("subject", Presence::nullable)) {
    body.subject = parse_subject_id(*subject);
    if (!body.subject) fields.fail("subject", "must be 22 characters base64url, or null");
  }
  body.region = read_region(fields);
  body.received_at = read_receipt(fields, now);
  body.note = read_text(fields, "note");
  fields.refuse_unknown();
  return body;
}

RequestChange read_request_change(const JsonValue& json, std::vector<JsonError>& errors) {
  RequestChange change;
  JsonFields fields(json, "", errors);
  if (!fields.is_object()) return change;
  if (const std::string* const state = fields.string("state", Presence::optional)) {
    change.state = parse_request_state(*state);
    if (!change.state) {
      fields.fail("state", "must be acknowledged, extended, completed or refused");
    }
  }
  change.reason = read_text(fields, "reason");
  const bool takes_reason = change.state && *change.state >= RequestState::extended;
  if (!change.reason.empty() && !takes_reason) {
    fields.fail("reason", "belongs to the states extended, completed and refused");
  }
  if (fields.member("note", Presence::optional) != nullptr) change.note = read_text(fields, "note");
  fields.refuse_unknown();
  if (errors.empty() && !change.state && !change.note) {
    fields.fail("must have a state or a note");
  }
  return change;
}

JsonObject request_json(const RightsRequest& request, TimePoint now,
                        std::optional<TimePoint> kept_until) {
  const RegimeRights& rights = rights_of(request.regime);
  return {{"id", to_text(Uuid(request.id))},
          {"site", request.site},
          {"right", to_text(request.right)},
          {"entitled", rights.includes(request.right)},
          {"state", to_text(request.state)},
          {"overdue", request.is_overdue(now)},
          {"received_at", to_rfc3339(request.received_at)},
          {"due_at", to_rfc3339(request.due_at)},
          {"acknowledge_by", time_or_null(request.acknowledge_by)},
          {"acknowledged_at", time_or_null(request.acknowledged_at)},
          {"extended_at", time_or_null(request.extended_at)},
          {"extension_reason", text_or_null(request.extension_reason)},
          {"closed_at", time_or_null(request.closed_at)},
          {"reason", text_or_null(request.reason)},
          {"kept_until", time_or_null(kept_until)},
          {"regime", to_text(request.regime)},
          {"legal_source", rights.source},
          {"region", region_json(request.region)},
          {"zone", to_text(request.zone)},
          {"subject", request.subject ? JsonValue(subject_text(*request.subject)) : JsonValue()},
          {"note", text_or_null(request.note)}};
}

std::string to_text(const RequestPlace& place) {
  std::array<std::uint8_t, kPlaceBytes> bytes{};
  auto* out = bytes.data();
  const auto due = static_cast<std::uint64_t>(place.due.time_since_epoch().count());
  for (int shift = 56; shift >= 0; shift -= 8) *out++ = static_cast<std::uint8_t>(due >> shift);
  std::copy(place.id.begin(), place.id.end(), out);
  std::string text(base64url_size(bytes.size()), '\0');
  base64url_encode(bytes, text);
  return text;
}

std::optional<RequestPlace> parse_request_place(std::string_view text) {
  std::array<std::uint8_t, kPlaceBytes> bytes{};
  if (base64url_decode(text, bytes) != bytes.size()) return std::nullopt;
  const auto* in = bytes.data();
  std::uint64_t due = 0;
  for (int i = 0; i < 8; ++i) due = due << 8 | *in++;
  if (due > INT64_MAX) return std::nullopt;
  RequestPlace place;
  place.due = TimePoint(std::chrono::milliseconds(static_cast<std::int64_t>(due)));
  std::copy(in, in + place.id.size(), place.id.begin());
  return place;
}

}  // namespace consent::server
