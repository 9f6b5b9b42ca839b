#pragma once
// What is known of one visitor's choices: the fold of the subject's records, or the content of a
// token.

#include <cstdint>
#include <optional>
#include <string_view>

#include "consent/policy.h"
#include "consent/ruleset.h"

namespace consent {

// The control or event that made a record (POST /v1/consents, `action`).
enum class Action : std::uint8_t {
  none = 0,
  accept_all = 1,
  reject_all = 2,
  save = 3,
  withdraw = 4,
  gpc = 5,
  default_state = 6
};
std::optional<Action> parse_action(std::string_view text);  // "default" is default_state
std::string_view to_text(Action action);

enum class Layer : std::uint8_t { none = 0, banner = 1, preferences = 2, form = 3, api = 4 };
std::optional<Layer> parse_layer(std::string_view text);
std::string_view to_text(Layer layer);

// Rights exercised on the subject. They never allow anything.
enum class Hold : std::uint8_t { none = 0, restricted = 1, erased = 2 };

// One entry of a subject's history, in the order the service accepted them.
struct RecordFacts {
  Choices choices;
  Action action = Action::none;
  Instant decided_at{};  // the service's clock
  std::int64_t event_ms =
      0;  // the client's clock, from the event's UUIDv7: orders grants and withdrawals
  PolicyVersion policy = 0;
  Region region;
  Model model = Model::opt_in;  // it was made under
  bool gpc = false;             // an opt-out signal was present when the choice was made
};

// A subject's current state. Default-constructed: nothing recorded.
struct RecordState {
  Choices choices;
  Action action = Action::none;  // none: no record
  Instant decided_at{};
  std::int64_t denied_event_ms =
      0;  // newest event_ms of a record that denied something; older grants are void
  PolicyVersion policy = 0;
  Region region;
  Model model = Model::opt_in;  // the newest record was made under
  bool gpc = false;
  Hold hold = Hold::none;
  bool recorded() const { return action != Action::none; }
};

// Appends one record to the state. Pure. A denial always applies. A record that grants something
// changes nothing when its event is not newer than a recorded denial, in whatever order they arrive
// (GDPR art. 7(3): deny wins). A default_state never replaces an explicit choice.
RecordState fold(const RecordState& state, const RecordFacts& record);

// A right is exercised on the subject, or its restriction ends. Pure. Erasure is final.
RecordState hold(const RecordState& state, Hold change);

}  // namespace consent
