#include "handlers/events.h"

#include <map>
#include <string>
#include <variant>

#include "events/event_permission.h"
#include "events/event_pseudonymiser.h"
#include "events/event_sink.h"
#include "handlers/request_body.h"
#include "http/problem.h"
#include "keys/keyring.h"
#include "site/site_policy.h"
#include "telemetry/metrics.h"
#include "visitor/visitor_token.h"
#include "wire/event_request.h"
#include "wire/json_fields.h"
#include "wire/json_writer.h"

namespace consent::server {
namespace {

struct Tally {
  std::vector<PseudonymisedEvent> kept;
  std::map<std::string, std::int64_t> dropped;
};

// The body's token; else what the browser sends along, so that a refusal in the cookie is never
// overlooked.
PresentedToken token_of(const Service& service, const http::Request& http,
                        const EventsRequest& request) {
  if (!request.token) return presented_token(service, http);
  return {.present = true,
          .token = service.keyring.verify_token(service.site.site, *request.token)};
}

void take_event(const std::optional<RawEvent>& event, const EventContext& context,
                const Service& service, Tally& tally) {
  auto outcome = event ? pseudonymise(*event, context, service.keyring)
                       : std::variant<PseudonymisedEvent, EventDrop>(EventDrop::invalid_event);
  if (const auto* drop = std::get_if<EventDrop>(&outcome)) {
    service.metrics.count_event_dropped(*drop);
    ++tally.dropped[std::string(to_text(*drop))];
    return;
  }
  tally.kept.push_back(std::move(std::get<PseudonymisedEvent>(outcome)));
}

void drop_all(std::size_t events, Reason reason, const Service& service, Tally& tally) {
  for (std::size_t i = 0; i < events; ++i) service.metrics.count_event_dropped(reason);
  if (events != 0) tally.dropped[std::string(to_text(reason))] = static_cast<std::int64_t>(events);
}

http::Response accepted(const Tally& tally) {
  JsonObject dropped;
  for (const auto& [reason, count] : tally.dropped) dropped.push_back({reason, count});
  const JsonValue body =
      JsonObject{{"accepted", tally.kept.size()}, {"dropped", std::move(dropped)}};
  http::Response response = http::text_response(202, "application/json", to_json(body));
  response.set("Cache-Control", "private, no-store");
  return response;
}

}  // namespace

http::Response handle_events(const Service& service, const http::Request& http) {
  auto body = json_body(http, {"application/json", "text/plain"});
  if (auto* response = std::get_if<http::Response>(&body)) return std::move(*response);
  const EventsRequestRead read = read_events(std::get<JsonValue>(body));
  if (!read.errors.empty())
    return http::problem(422, "The events are not valid.", pointed(read.errors));
  const EventsRequest& request = read.request;
  if (request.site != service.site.site) {
    return http::problem(422, "The events are not valid.",
                         {{"/site", "is not a site of this service"}});
  }

  const TimePoint now = service.clock.now();
  const Visitor visitor = service.visitors.resolve(http, now);
  const auto permission = permission_of(service, token_of(service, http, request), visitor, now);
  if (!permission) return storage_unavailable();
  Tally tally;
  if (!allows(permission->reason)) {
    drop_all(request.events.size(), permission->reason, service, tally);
    return accepted(tally);
  }
  const std::string user_agent = http.header("User-Agent");
  const bool by_default = permission->reason == Reason::opt_out_default;
  const EventContext context{
      .site = service.site.site,
      .visitor = visitor,
      .user_agent = user_agent,
      .subject = permission->subject,
      .policy = permission->policy,
      .basis = by_default ? EventBasis::opt_out_default : EventBasis::consent,
      .now = now};
  for (const auto& event : request.events) take_event(event, context, service, tally);
  if (!tally.kept.empty()) {
    if (service.sink.append(tally.kept, now)) return storage_unavailable();
    service.metrics.count_events_accepted(tally.kept.size());
  }
  return accepted(tally);
}

}  // namespace consent::server
