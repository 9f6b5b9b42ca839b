#include "handlers/requests.h"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>
#include <variant>
#include <vector>

#include "formats/timestamp.h"
#include "formats/uuid.h"
#include "handlers/asked_log.h"
#include "handlers/data_subject.h"
#include "handlers/request_body.h"
#include "handlers/residency.h"
#include "http/problem.h"
#include "ledger/ledger.h"
#include "rights/request_steps.h"
#include "site/site_policy.h"
#include "site/site_rules.h"
#include "telemetry/metrics_text.h"
#include "visitor/subject_id.h"
#include "wire/json_fields.h"
#include "wire/rights_request_json.h"

namespace consent::server {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kPath = "/v1/requests";
constexpr std::uint64_t kLimitDefault = 100;
constexpr std::uint64_t kLimitMax = 1000;
constexpr int kTries = 8;

JsonObject told(const Service& service, const RightsRequest& request) {
  std::optional<TimePoint> kept_until;
  if (request.closed_at) {
    kept_until = service.site.retention.request_kept_until(request.regime, *request.closed_at);
  }
  return request_json(request, service.clock.now(), kept_until);
}

http::Response response_with(int status, const Service& service, const RightsRequest& request) {
  http::Response response = private_json(status, kJson, told(service, request));
  if (status == 201) {
    response.set("Location", std::string(kPath) + '/' + to_text(Uuid(request.id)));
  }
  return response;
}

http::Response no_request() {
  return http::problem(404, "The register of the zones held here has no request of this id.");
}

// The region and zone that it is registered under: a known subject's zone, whatever is brought.
std::optional<http::Response> settle_place(const Service& service, const RequestBody& body,
                                           RightsRequest& request) {
  std::optional<Zone> home;
  request.region = body.region.value_or(Region{});
  if (body.subject) {
    const auto known = service.ledger.state_of(service.site.site, *body.subject);
    if (known.failure) return unreadable();
    home = known.zone;
    if (!body.region) request.region = known.state.region;
  }
  const Regime regime = service.rules.regime_of(request.region, request.received_at).regime;
  request.regime = regime.id;
  request.zone = home.value_or(zone_for(request.region, regime));
  if (service.ledger.holds(request.zone)) return std::nullopt;
  return misdirected(service, body.subject ? "/subject" : "/region", request.zone, kPath);
}

bool is_same(const RightsRequest& a, const RightsRequest& b) {
  return a.right == b.right && a.region == b.region && (!b.subject || a.subject == b.subject);
}

http::Response registered(const Service& service, const RightsRequest& request) {
  switch (service.ledger.requests().put(request)) {
    case RequestPut::stored:
      break;
    case RequestPut::changed: {
      const auto known = service.ledger.requests().find(request.id);
      if (known && is_same(request, *known)) return response_with(200, service, *known);
      return http::problem(409, "Another request has this id; leave it out for a new one.",
                           {{"/id", "is another request's"}});
    }
    case RequestPut::failed:
      return storage_unavailable();
  }
  const auto stored = service.ledger.requests().find(request.id);
  return response_with(201, service, stored.value_or(request));
}

// Asks `change` of the newest revision until no other change came in between.
template <typename Change>
http::Response changed(const Service& service, const RecordId& id, Change change) {
  for (int tries = 0; tries < kTries; ++tries) {
    auto request = service.ledger.requests().find(id);
    if (!request) return no_request();
    if (std::optional<http::Response> refused = change(*request)) return std::move(*refused);
    ++request->revision;
    request->changed_at = service.clock.now();
    switch (service.ledger.requests().put(*request)) {
      case RequestPut::stored:
        return response_with(200, service, *request);
      case RequestPut::failed:
        return storage_unavailable();
      case RequestPut::changed:
        break;
    }
  }
  return http::problem(409, "The request is being changed by others; look at it and try again.");
}

std::optional<http::Response> take(const RequestChange& change, TimePoint now,
                                   RightsRequest& request) {
  if (change.state) {
    const StepFlaw flaw = take_step(request, *change.state, change.reason, now);
    if (flaw == StepFlaw::reason_missing) {
      return http::problem(422, advice_on(flaw), {{"/reason", "is missing"}});
    }
    if (flaw != StepFlaw::none) return http::problem(409, advice_on(flaw));
  } else if (is_closed(request.state)) {
    return http::problem(409, advice_on(StepFlaw::closed));
  }
  if (change.note) request.note = *change.note;
  return std::nullopt;
}

bool is_given(const http::Request& request, std::string_view name) {
  return std::any_of(request.query.begin(), request.query.end(),
                     [name](const auto& parameter) { return parameter.first == name; });
}

// Bits of RequestQuestion::states; 0 when it is none.
std::uint32_t states_named(std::string_view text) {
  std::uint32_t open = 0;
  std::uint32_t all = 0;
  for (std::uint8_t i = 0; i < kRequestStates; ++i) {
    all |= 1U << i;
    if (!is_closed(static_cast<RequestState>(i))) open |= 1U << i;
  }
  if (text == "open") return open;
  if (text == "closed") return all & ~open;
  const auto state = parse_request_state(text);
  return state ? 1U << static_cast<unsigned>(*state) : 0;
}

RequestQuestion read_question(const http::Request& request,
                              std::vector<http::PointedError>& errors) {
  RequestQuestion question;
  const auto read = [&](std::string_view name, const char* flaw, auto parse) {
    if (!is_given(request, name)) return;
    if (!parse(request.parameter(name).value_or(""))) {
      errors.push_back({'/' + std::string(name), flaw});
    }
  };
  read("state", "must be received, acknowledged, extended, completed, refused, open or closed",
       [&](std::string_view text) { return (question.states = states_named(text)) != 0; });
  read("due_before", "must be an RFC 3339 time, e.g. 2026-04-01T00:00:00Z",
       [&](std::string_view text) {
         return (question.due_before = parse_rfc3339(text)).has_value();
       });
  read("subject", "must be 22 characters base64url", [&](std::string_view text) {
    return (question.subject = parse_subject_id(text)).has_value();
  });
  read("after", "must be the next of an earlier answer", [&](std::string_view text) {
    return (question.after = parse_request_place(text)).has_value();
  });
  question.limit = kLimitDefault;
  read("limit", "must be from 1 to 1000", [&](std::string_view) {
    question.limit = asked_number(request, "limit").value_or(0);
    return question.limit > 0 && question.limit <= kLimitMax;
  });
  return question;
}

// Answers 503 where the register cannot be read.
template <typename Answer>
http::Response reading(Answer answer) {
  try {
    return answer();
  } catch (const std::runtime_error&) {
    return unreadable();
  }
}

}  // namespace

http::Response handle_register_request(const Service& service, const http::Request& request) {
  const auto json = json_body(request, {kJson});
  if (const auto* refused = std::get_if<http::Response>(&json)) return *refused;
  const TimePoint now = service.clock.now();
  std::vector<JsonError> errors;
  const RequestBody body =
      read_request_body(std::get<JsonValue>(json), service.site.site, now, errors);
  if (!errors.empty()) return http::problem(422, "The request is not valid.", pointed(errors));
  RightsRequest fresh;
  fresh.id = body.id.value_or(make_uuid_v7(now));
  fresh.site = service.site.site;
  fresh.right = body.right;
  fresh.subject = body.subject;
  fresh.received_at = std::min(body.received_at.value_or(now), now);
  fresh.changed_at = now;
  fresh.note = body.note;
  if (auto refused = settle_place(service, body, fresh)) return std::move(*refused);
  set_deadlines(fresh);
  return reading([&] { return registered(service, fresh); });
}

http::Response handle_requests(const Service& service, const http::Request& request) {
  std::vector<http::PointedError> errors;
  RequestQuestion question = read_question(request, errors);
  if (!errors.empty()) return http::problem(422, "The query is not valid.", errors);
  return reading([&] {
    const std::size_t limit = question.limit++;
    auto found = service.ledger.requests().list(service.site.site, question);
    JsonValue next;
    if (found.size() > limit) {
      found.resize(limit);
      next = to_text(RequestPlace{found.back().due_at, found.back().id});
    }
    JsonArray requests;
    for (const RightsRequest& one : found) requests.emplace_back(told(service, one));
    return private_json(200, kJson,
                        JsonObject{{"requests", std::move(requests)}, {"next", std::move(next)}});
  });
}

http::Response handle_request(const Service& service, const http::Request& request) {
  const auto id = parse_uuid_v7(request.path_parameter("id"));
  if (!id) return no_request();
  return reading([&] {
    const auto found = service.ledger.requests().find(*id);
    return found ? response_with(200, service, *found) : no_request();
  });
}

http::Response handle_change_request(const Service& service, const http::Request& request) {
  const auto json = json_body(request, {kJson, "application/merge-patch+json"});
  if (const auto* refused = std::get_if<http::Response>(&json)) return *refused;
  const auto id = parse_uuid_v7(request.path_parameter("id"));
  if (!id) return no_request();
  std::vector<JsonError> errors;
  const RequestChange change = read_request_change(std::get<JsonValue>(json), errors);
  if (!errors.empty()) return http::problem(422, "The change is not valid.", pointed(errors));
  return reading([&] {
    return changed(service, *id,
                   [&](RightsRequest& found) { return take(change, service.clock.now(), found); });
  });
}

std::string request_gauges(const Service& service) {
  std::string out;
  try {
    const RequestCounts counts = service.ledger.requests().counts(service.clock.now());
    metric_family(out, "consent_rights_requests_open",
                  "Requests of data subjects that are not closed.", "gauge");
    metric_sample(out, "consent_rights_requests_open", "", counts.open);
    metric_family(out, "consent_rights_requests_overdue",
                  "Those that should have been answered already.", "gauge");
    metric_sample(out, "consent_rights_requests_overdue", "", counts.overdue);
  } catch (const std::runtime_error&) {
    out.clear();
  }
  return out;
}

}  // namespace consent::server
