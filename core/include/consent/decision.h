#pragma once
// The one question: may this purpose run for this visitor now, and why. A total, pure function.

#include <chrono>
#include <cstdint>
#include <string_view>

#include "consent/policy.h"
#include "consent/record_state.h"
#include "consent/ruleset.h"

namespace consent {

// The contract's `reason`. Below 16: allowed. The numbers cross the wasm boundary and are never
// reused.
enum class Reason : std::uint8_t {
  essential = 1,
  granted = 2,
  opt_out_default = 3,
  no_record = 16,
  refused = 17,
  withdrawn = 18,
  opted_out = 19,
  gpc = 20,
  expired = 21,
  notice_changed = 22,
  restricted = 23,
  erased = 24,
  invalid_token = 25,
  unknown_purpose = 26
};
std::string_view to_text(Reason reason);
constexpr bool allows(Reason reason) { return static_cast<std::uint8_t>(reason) < 16; }

inline constexpr std::chrono::seconds kConsentLifetime = std::chrono::days{182};  // never sliding
inline constexpr std::chrono::seconds kRefusalSilence = std::chrono::days{182};
inline constexpr std::chrono::seconds kLifetimeMax = std::chrono::days{395};  // 13 months, CNIL
static_assert(kConsentLifetime <= kLifetimeMax && kRefusalSilence <= kLifetimeMax);

// Opt-out signals seen with the question itself. Each counts as much as the other.
struct Signals {
  bool gpc = false;  // Sec-GPC, navigator.globalPrivacyControl
  bool dnt = false;  // DNT: 1, navigator.doNotTrack; only ever set where the site honours it
  constexpr bool opt_out() const { return gpc || dnt; }
};

struct Question {
  Purpose purpose = Purpose::essential;
  // The rules where the visitor is now. For a question without a visitor present (the pipeline's
  // check): the rules of state.region today, and opt_in where nothing is recorded.
  Model model = Model::opt_in;
  PolicyInForce policy;
  RecordState state;
  Signals signals;
  Instant now{};
};

struct Decision {
  Reason reason = Reason::no_record;
  bool allowed() const { return allows(reason); }
  // When the recorded choice this rests on stops counting; zero where it rests on none.
  Instant expires_at{};
};

Decision decide(const Question& question);

// Whether the visitor must be asked (again): no usable choice under an opt_in regime, or one that
// expired or whose purposes changed materially. A refusal younger than kRefusalSilence is never
// asked again.
bool must_ask(const Question& question);

}  // namespace consent
