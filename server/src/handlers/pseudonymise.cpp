#include "handlers/pseudonymise.h"

#include <variant>

#include "events/event_permission.h"
#include "events/event_pseudonymiser.h"
#include "handlers/request_body.h"
#include "http/problem.h"
#include "keys/keyring.h"
#include "site/site_policy.h"
#include "visitor/subject_id.h"
#include "wire/event_json.h"
#include "wire/json_fields.h"
#include "wire/json_writer.h"
#include "wire/pseudonymise_request.h"

namespace consent::server {
namespace {

JsonValue result(JsonValue event, std::string_view reason) {
  return JsonObject{{"event", std::move(event)}, {"reason", reason}};
}

std::optional<EventPermission> permission_of(const Service& service, const EventSender& sender,
                                             const Visitor& visitor, TimePoint now) {
  if (sender.subject) {
    const auto subject = parse_subject_id(*sender.subject);
    if (!subject) return EventPermission{};
    return permission_of(service, *subject, visitor, now);
  }
  PresentedToken presented;
  if (sender.token) {
    presented = {.present = true,
                 .token = service.keyring.verify_token(service.site.site, *sender.token)};
  }
  return permission_of(service, presented, visitor, now);
}

// Empty when the ledger cannot be read.
std::optional<JsonValue> answer(const Service& service, const std::optional<SentEvent>& sent,
                                TimePoint now) {
  if (!sent) return result({}, to_text(EventDrop::invalid_event));
  const EventSender& sender = sent->sender;
  const Visitor visitor = service.visitors.resolve(sender.address, {.gpc = sender.gpc}, now);
  const auto permission = permission_of(service, sender, visitor, now);
  if (!permission) return std::nullopt;
  if (!allows(permission->reason)) return result({}, to_text(permission->reason));
  const bool by_default = permission->reason == Reason::opt_out_default;
  const EventContext context{
      .site = service.site.site,
      .visitor = visitor,
      .user_agent = sender.user_agent,
      .subject = permission->subject,
      .policy = permission->policy,
      .basis = by_default ? EventBasis::opt_out_default : EventBasis::consent,
      .now = now};
  const auto outcome = pseudonymise(sent->event, context, service.keyring);
  if (const auto* drop = std::get_if<EventDrop>(&outcome)) return result({}, to_text(*drop));
  return result(event_json(std::get<PseudonymisedEvent>(outcome)), to_text(permission->reason));
}

}  // namespace

http::Response handle_pseudonymise(const Service& service, const http::Request& http) {
  auto body = json_body(http, {"application/json"});
  if (auto* response = std::get_if<http::Response>(&body)) return std::move(*response);
  const PseudonymiseRequestRead read = read_pseudonymise(std::get<JsonValue>(body));
  if (!read.errors.empty())
    return http::problem(422, "The events are not valid.", pointed(read.errors));
  if (read.request.site != service.site.site) {
    return http::problem(422, "The events are not valid.",
                         {{"/site", "is not a site of this service"}});
  }
  const TimePoint now = service.clock.now();
  JsonArray results;
  results.reserve(read.request.events.size());
  for (const auto& sent : read.request.events) {
    auto one = answer(service, sent, now);
    if (!one) return storage_unavailable();
    results.push_back(std::move(*one));
  }
  http::Response response = http::text_response(
      200, "application/json", to_json(JsonObject{{"results", std::move(results)}}));
  response.set("Cache-Control", "private, no-store");
  return response;
}

}  // namespace consent::server
