#include "consent/record_state.h"

namespace consent {
namespace {

constexpr Purpose kOptional[] = {Purpose::analytics, Purpose::marketing};

bool denies_any(Choices choices) {
  for (const Purpose purpose : kOptional) {
    if (choices.of(purpose) == Choice::denied) return true;
  }
  return false;
}

void replace(RecordState& state, const RecordFacts& record) {
  state.choices = record.choices;
  state.action = record.action;
  state.decided_at = record.decided_at;
  state.policy = record.policy;
  state.region = record.region;
  state.model = record.model;
  state.gpc = record.gpc;
}

void apply_denials(RecordState& state, const RecordFacts& record) {
  for (const Purpose purpose : kOptional) {
    const bool denied = record.choices.of(purpose) == Choice::denied;
    if (denied && state.choices.of(purpose) == Choice::granted) {
      state.choices.set(purpose, Choice::denied);
    }
  }
}

}  // namespace

RecordState fold(const RecordState& state, const RecordFacts& record) {
  RecordState next = state;
  if (record.action == Action::none) return next;
  if (record.action == Action::default_state) {
    if (!state.recorded() || state.action == Action::default_state) replace(next, record);
    return next;
  }
  const bool late = record.choices.any_granted() && record.event_ms <= state.denied_event_ms;
  if (late) {
    apply_denials(next, record);
  } else {
    replace(next, record);
  }
  if (denies_any(record.choices) && record.event_ms > next.denied_event_ms) {
    next.denied_event_ms = record.event_ms;
  }
  return next;
}

RecordState hold(const RecordState& state, Hold change) {
  RecordState next = state;
  if (state.hold != Hold::erased) next.hold = change;
  return next;
}

std::optional<Action> parse_action(std::string_view text) {
  for (const Action action : {Action::accept_all, Action::reject_all, Action::save,
                              Action::withdraw, Action::gpc, Action::default_state}) {
    if (text == to_text(action)) return action;
  }
  return std::nullopt;
}

std::string_view to_text(Action action) {
  switch (action) {
    case Action::accept_all:
      return "accept_all";
    case Action::reject_all:
      return "reject_all";
    case Action::save:
      return "save";
    case Action::withdraw:
      return "withdraw";
    case Action::gpc:
      return "gpc";
    case Action::default_state:
      return "default";
    case Action::none:
      break;
  }
  return "";
}

std::optional<Layer> parse_layer(std::string_view text) {
  for (const Layer layer :
       {Layer::none, Layer::banner, Layer::preferences, Layer::form, Layer::api}) {
    if (text == to_text(layer)) return layer;
  }
  return std::nullopt;
}

std::string_view to_text(Layer layer) {
  switch (layer) {
    case Layer::banner:
      return "banner";
    case Layer::preferences:
      return "preferences";
    case Layer::form:
      return "form";
    case Layer::api:
      return "api";
    case Layer::none:
      break;
  }
  return "none";
}

}  // namespace consent
