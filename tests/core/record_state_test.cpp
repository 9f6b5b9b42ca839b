#include "consent/record_state.h"

#include <algorithm>
#include <vector>

#include "support/catch.h"

using consent::Action;
using consent::Choice;
using consent::Choices;
using consent::fold;
using consent::Instant;
using consent::Model;
using consent::Purpose;
using consent::RecordFacts;
using consent::RecordState;

namespace {

Choices choices(Choice analytics, Choice marketing) {
  Choices both;
  both.set(Purpose::analytics, analytics);
  both.set(Purpose::marketing, marketing);
  return both;
}

const Choices kAll = choices(Choice::granted, Choice::granted);
const Choices kNothing = choices(Choice::denied, Choice::denied);
const Choices kAnalytics = choices(Choice::granted, Choice::denied);

RecordFacts record(Action action, Choices what, std::int64_t event_ms) {
  RecordFacts facts;
  facts.action = action;
  facts.choices = what;
  facts.event_ms = event_ms;
  facts.decided_at = Instant{std::chrono::seconds{1'000'000 + event_ms}};
  facts.policy = 3;
  return facts;
}

RecordState folded(const std::vector<RecordFacts>& records) {
  RecordState state;
  for (const auto& facts : records) state = fold(state, facts);
  return state;
}

}  // namespace

TEST_CASE("a choice replaces the one before") {
  const auto state =
      folded({record(Action::accept_all, kAll, 10), record(Action::save, kAnalytics, 20)});
  CHECK(state.choices == kAnalytics);
  CHECK(state.action == Action::save);
  CHECK(state.denied_event_ms == 20);
  CHECK(state.policy == 3);
}

TEST_CASE("a withdrawal beats an older grant in either order") {
  const auto grant = record(Action::accept_all, kAll, 10);
  const auto withdrawal = record(Action::withdraw, kNothing, 20);
  for (const auto& records : {std::vector{grant, withdrawal}, std::vector{withdrawal, grant}}) {
    const auto state = folded(records);
    CHECK(state.choices == kNothing);
    CHECK(state.action == Action::withdraw);
    CHECK(state.denied_event_ms == 20);
  }
}

TEST_CASE("a grant at the very moment of a denial is void, one after it counts") {
  const auto withdrawal = record(Action::withdraw, kNothing, 20);
  CHECK(folded({withdrawal, record(Action::accept_all, kAll, 20)}).choices == kNothing);
  CHECK(folded({withdrawal, record(Action::accept_all, kAll, 21)}).choices == kAll);
  CHECK(folded({withdrawal, record(Action::accept_all, kAll, 21)}).denied_event_ms == 20);
}

TEST_CASE("a void grant still denies what it denied") {
  const auto state =
      folded({record(Action::reject_all, kNothing, 50), record(Action::accept_all, kAll, 60),
              record(Action::save, kAnalytics, 40)});
  CHECK(state.choices == kAnalytics);
  CHECK(state.action == Action::accept_all);
  CHECK(state.denied_event_ms == 50);
}

TEST_CASE("a late denial applies, however old") {
  CHECK(folded({record(Action::accept_all, kAll, 100), record(Action::withdraw, kNothing, 1)})
            .choices == kNothing);
}

TEST_CASE("a default fills an empty place and never replaces a choice") {
  auto given = record(Action::default_state, kAnalytics, 10);
  given.model = Model::opt_out;
  CHECK(folded({given}).action == Action::default_state);
  CHECK(folded({given}).denied_event_ms == 0);
  CHECK(folded({given, record(Action::default_state, kAnalytics, 20)})
            .decided_at.time_since_epoch()
            .count() == 1'000'020);
  CHECK(folded({record(Action::reject_all, kNothing, 5), given}).action == Action::reject_all);
  CHECK(folded({record(Action::accept_all, kAll, 5), given}).choices == kAll);
  CHECK(folded({given, record(Action::accept_all, kAll, 5)}).choices == kAll);
}

TEST_CASE("a hold is nobody's to fold away") {
  RecordState state;
  state.hold = consent::Hold::restricted;
  CHECK(fold(state, record(Action::accept_all, kAll, 10)).hold == consent::Hold::restricted);
  CHECK_FALSE(fold(RecordState{}, RecordFacts{}).recorded());
}

TEST_CASE("no order of arrival lets a grant outlive a newer full denial") {
  const std::vector<RecordFacts> records{
      record(Action::accept_all, kAll, 10), record(Action::save, kAnalytics, 20),
      record(Action::withdraw, kNothing, 30),
      record(Action::save, choices(Choice::denied, Choice::granted), 25)};
  std::vector<std::size_t> order{0, 1, 2, 3};
  do {
    RecordState state;
    for (const std::size_t index : order) state = fold(state, records[index]);
    CHECK_FALSE(state.choices.any_granted());
    CHECK(state.denied_event_ms == 30);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("actions and layers have one spelling") {
  for (unsigned number = 1; number <= 6; ++number) {
    const auto action = static_cast<Action>(number);
    CHECK(consent::parse_action(consent::to_text(action)) == action);
  }
  CHECK(consent::to_text(Action::default_state) == "default");
  CHECK_FALSE(consent::parse_action(""));
  CHECK_FALSE(consent::parse_action("default_state"));
  CHECK_FALSE(consent::parse_action("Accept_all"));
  for (unsigned number = 0; number <= 4; ++number) {
    const auto layer = static_cast<consent::Layer>(number);
    CHECK(consent::parse_layer(consent::to_text(layer)) == layer);
  }
  CHECK_FALSE(consent::parse_layer(""));
}
