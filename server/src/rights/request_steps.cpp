#include "rights/request_steps.h"

#include "consent/request_deadline.h"

namespace consent::server {
namespace {

RequestDeadlines deadlines(const RightsRequest& request) {
  return deadlines_of(request.regime, request.right,
                      std::chrono::floor<std::chrono::seconds>(request.received_at));
}

StepFlaw flaw_of(const RightsRequest& request, RequestState state, const std::string& reason,
                 TimePoint now) {
  if (is_closed(request.state)) return StepFlaw::closed;
  if (state <= request.state && !is_closed(state)) return StepFlaw::out_of_order;
  if (state == RequestState::extended) {
    if (!deadlines(request).extensible()) return StepFlaw::not_extensible;
    if (request.due_at < now) return StepFlaw::too_late;
  }
  const bool needs_reason = state == RequestState::extended || state == RequestState::refused;
  return needs_reason && reason.empty() ? StepFlaw::reason_missing : StepFlaw::none;
}

}  // namespace

void set_deadlines(RightsRequest& request) {
  const RequestDeadlines due = deadlines(request);
  request.due_at = due.answer;
  request.acknowledge_by.reset();
  if (due.acknowledge) request.acknowledge_by = *due.acknowledge;
}

StepFlaw take_step(RightsRequest& request, RequestState state, const std::string& reason,
                   TimePoint now) {
  const StepFlaw flaw = flaw_of(request, state, reason, now);
  if (flaw != StepFlaw::none) return flaw;
  request.state = state;
  switch (state) {
    case RequestState::received:
      break;
    case RequestState::acknowledged:
      request.acknowledged_at = now;
      break;
    case RequestState::extended:
      request.extended_at = now;
      request.extension_reason = reason;
      request.due_at = deadlines(request).extended;
      break;
    case RequestState::completed:
    case RequestState::refused:
      request.closed_at = now;
      request.reason = reason;
      break;
  }
  return StepFlaw::none;
}

std::string_view advice_on(StepFlaw flaw) {
  switch (flaw) {
    case StepFlaw::none:
      return "";
    case StepFlaw::closed:
      return "The request is closed, and nothing follows; a new one is registered with POST.";
    case StepFlaw::out_of_order:
      return "The request is at that state already, or further; see its state.";
    case StepFlaw::not_extensible:
      return "The regime of this request knows no extension of its period; complete or refuse it.";
    case StepFlaw::too_late:
      return "The period is over: an extension had to be told within it. Complete or refuse it.";
    case StepFlaw::reason_missing:
      return "An extension and a refusal have a reason, which the person is told.";
  }
  return "";
}

}  // namespace consent::server
