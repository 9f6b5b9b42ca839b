#include "consent/decision.h"

#include <optional>

namespace consent {
namespace {

// A record from further ahead of the clock than this proves nothing.
constexpr std::chrono::seconds kClockSkewMax = std::chrono::days{1};

// The way between two instants, wherever in all of time they lie.
constexpr std::uint64_t seconds_between(Instant earlier, Instant later) {
  return static_cast<std::uint64_t>(later.time_since_epoch().count()) -
         static_cast<std::uint64_t>(earlier.time_since_epoch().count());
}

constexpr std::uint64_t count(std::chrono::seconds span) {
  return static_cast<std::uint64_t>(span.count());
}

bool is_explicit(const RecordState& state) {
  return state.recorded() && state.action != Action::default_state;
}

// Why the choice of its day says nothing today, if so.
std::optional<Reason> outdated(const Question& question, Purpose purpose) {
  const RecordState& state = question.state;
  const PolicyInForce& policy = question.policy;
  const PolicyVersion since = policy.material_since[static_cast<std::size_t>(purpose)];
  const bool granted = state.choices.of(purpose) == Choice::granted;
  const auto lifetime = granted ? kConsentLifetime : kRefusalSilence;
  if (state.decided_at > question.now) {
    const std::uint64_t ahead = seconds_between(question.now, state.decided_at);
    if (ahead > count(kClockSkewMax)) return Reason::no_record;
  } else if (seconds_between(state.decided_at, question.now) >= count(lifetime)) {
    return Reason::expired;
  }
  if (state.policy < since || state.policy > policy.version) return Reason::notice_changed;
  return std::nullopt;
}

Reason why_denied(const RecordState& state, Choice choice) {
  if (state.action == Action::withdraw) return Reason::withdrawn;
  if (state.action == Action::gpc) return Reason::gpc;
  if (choice == Choice::not_asked) return Reason::no_record;
  return state.model == Model::opt_out ? Reason::opted_out : Reason::refused;
}

// Nobody has chosen: what the regime allows before a choice.
Reason decide_default(const Question& question, Choice choice) {
  const RecordState& state = question.state;
  if (question.model == Model::opt_in) return Reason::no_record;
  if (question.signals.opt_out() || state.gpc) return Reason::gpc;
  if (question.purpose == Purpose::marketing) return Reason::no_record;
  if (!state.recorded()) return Reason::opt_out_default;
  if (choice != Choice::granted) return Reason::no_record;
  return outdated(question, question.purpose).value_or(Reason::opt_out_default);
}

Reason decide_grant(const Question& question) {
  const RecordState& state = question.state;
  if (const auto reason = outdated(question, question.purpose)) return *reason;
  const bool signal = question.signals.opt_out() || state.gpc;
  if (question.purpose == Purpose::marketing && signal) return Reason::gpc;
  // A choice made while the signal was on is the later and more specific one; a signal that came
  // after the choice wins where the law makes it an opt-out.
  if (question.model == Model::opt_out && question.signals.opt_out() && !state.gpc) {
    return Reason::gpc;
  }
  return Reason::granted;
}

Reason reason_for(const Question& question) {
  const RecordState& state = question.state;
  const auto index = static_cast<std::size_t>(question.purpose);
  if (question.purpose == Purpose::essential) return Reason::essential;
  if (index >= kPurposes || question.policy.material_since[index] == 0) {
    return Reason::unknown_purpose;
  }
  if (state.hold == Hold::erased) return Reason::erased;
  if (state.hold == Hold::restricted) return Reason::restricted;
  const Choice choice = state.choices.of(question.purpose);
  if (!is_explicit(state)) return decide_default(question, choice);
  if (choice != Choice::granted) return why_denied(state, choice);
  return decide_grant(question);
}

}  // namespace

Decision decide(const Question& question) {
  Decision decision;
  decision.reason = reason_for(question);
  if (question.state.recorded()) {
    // What lies at the end of time goes round it.
    const auto decided =
        static_cast<std::uint64_t>(question.state.decided_at.time_since_epoch().count());
    decision.expires_at =
        Instant{std::chrono::seconds{static_cast<std::int64_t>(decided + count(kConsentLifetime))}};
  }
  return decision;
}

bool must_ask(const Question& question) {
  if (question.model == Model::opt_out || question.state.hold != Hold::none) return false;
  if (!is_explicit(question.state)) return true;
  for (const Purpose purpose : {Purpose::analytics, Purpose::marketing}) {
    if (question.policy.material_since[static_cast<std::size_t>(purpose)] == 0) continue;
    if (question.state.choices.of(purpose) == Choice::not_asked) return true;
    if (outdated(question, purpose)) return true;
  }
  return false;
}

}  // namespace consent
