#include "rights/sweep_plan.h"

#include "consent/decision.h"

namespace consent::server {

std::string_view to_text(SweepVerdict verdict) {
  switch (verdict) {
    case SweepVerdict::keep:
      return "keep";
    case SweepVerdict::destroy:
      return "destroy";
    case SweepVerdict::frozen:
      return "frozen";
  }
  return "";
}

TimePoint relied_on_until(const RecordState& state) {
  return state.choices.any_granted() ? state.decided_at + kConsentLifetime : state.decided_at;
}

SweepVerdict plan_sweep(const RecordState& state, bool legal_hold, const Retention& retention,
                        TimePoint now) {
  if (!state.recorded() || state.hold == Hold::erased) return SweepVerdict::keep;
  if (now < retention.consent_records.after(relied_on_until(state))) return SweepVerdict::keep;
  const bool frozen = legal_hold || state.hold == Hold::restricted;
  return frozen ? SweepVerdict::frozen : SweepVerdict::destroy;
}

}  // namespace consent::server
