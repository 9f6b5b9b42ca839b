#include "events/event_permission.h"

#include "ledger/ledger.h"
#include "site/site_policy.h"

namespace consent::server {
namespace {

EventPermission decide_on(const Service& service, const RecordState& state, const Visitor& visitor,
                          TimePoint now) {
  Question question;
  question.purpose = Purpose::analytics;
  question.model = visitor.regime.model;
  question.policy = service.site.reduced(now);
  question.state = state;
  question.signals = visitor.signals;
  question.now = std::chrono::floor<std::chrono::seconds>(now);
  EventPermission permission;
  permission.reason = decide(question).reason;
  permission.policy = state.recorded() ? state.policy : question.policy.version;
  return permission;
}

}  // namespace

std::optional<EventPermission> permission_of(const Service& service, const SubjectId& subject,
                                             const Visitor& visitor, TimePoint now) {
  const auto read = service.ledger.state_of(service.site.site, subject);
  if (read.failure) return std::nullopt;
  if (!read.state.recorded() && read.state.hold == Hold::none) return EventPermission{};
  EventPermission permission = decide_on(service, read.state, visitor, now);
  permission.subject = subject;
  return permission;
}

std::optional<EventPermission> permission_of(const Service& service,
                                             const PresentedToken& presented,
                                             const Visitor& visitor, TimePoint now) {
  if (!presented.present) return decide_on(service, RecordState{}, visitor, now);
  if (!presented.token)
    return EventPermission{.reason = Reason::invalid_token, .subject = std::nullopt, .policy = 0};
  if (presented.token->kind == TokenKind::grant)
    return permission_of(service, presented.token->subject, visitor, now);
  return decide_on(service, state_of(*presented.token), visitor, now);
}

}  // namespace consent::server
