// Properties over the whole finite product of what a decision depends on.
#include <functional>
#include <vector>

#include "consent/decision.h"
#include "support/catch.h"

using consent::Action;
using consent::Choice;
using consent::decide;
using consent::Hold;
using consent::Instant;
using consent::Model;
using consent::Purpose;
using consent::Question;
using consent::Reason;
using consent::RecordState;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;

namespace {

constexpr Instant kNow{days{20'500}};
constexpr Action kActions[] = {Action::none,         Action::accept_all, Action::reject_all,
                               Action::save,         Action::withdraw,   Action::gpc,
                               Action::default_state};
constexpr Choice kChoices[] = {Choice::not_asked, Choice::denied, Choice::granted};
constexpr Model kModels[] = {Model::opt_in, Model::opt_out};
constexpr Purpose kPurposes[] = {Purpose::essential, Purpose::analytics, Purpose::marketing};
// Around every instant at which a decision may change.
const std::vector<seconds> kAges{-days{2},   -hours{24} - seconds{1}, -hours{24}, seconds{0},
                                 days{100},  days{182} - seconds{1},  days{182},  days{395},
                                 days{4'000}};

using Visit = std::function<void(const Question&)>;

void for_every_record(Question asked, const Visit& visit) {
  for (const Choice analytics : kChoices) {
    for (const Choice marketing : kChoices) {
      asked.state.choices.set(Purpose::analytics, analytics);
      asked.state.choices.set(Purpose::marketing, marketing);
      for (const Action action : kActions) {
        for (const seconds age : kAges) {
          for (std::uint16_t policy = 1; policy <= 4; ++policy) {
            asked.state.action = action;
            asked.state.decided_at = kNow - age;
            asked.state.policy = policy;
            visit(asked);
          }
        }
      }
    }
  }
}

void for_every_question(const Visit& visit) {
  Question asked;
  asked.now = kNow;
  asked.policy.version = 3;
  for (const Purpose purpose : kPurposes) {
    for (const Model here : kModels) {
      for (const Model then : kModels) {
        for (std::uint16_t since = 0; since <= 3; ++since) {
          for (const unsigned signals : {0u, 1u, 2u, 3u}) {
            asked.purpose = purpose;
            asked.model = here;
            asked.state.model = then;
            asked.policy.material_since = {1, since, since};
            asked.signals.gpc = (signals & 1) != 0;
            asked.state.gpc = (signals & 2) != 0;
            for (const Hold hold : {Hold::none, Hold::restricted, Hold::erased}) {
              asked.state.hold = hold;
              for_every_record(asked, visit);
            }
          }
        }
      }
    }
  }
}

bool allowed(const Question& asked) { return decide(asked).allowed(); }

// Counting instead of a CHECK each: a million assertions take longer than the million decisions.
struct Tally {
  unsigned long cases = 0;
  unsigned long broken = 0;
  void add(bool holds) {
    ++cases;
    if (!holds) ++broken;
  }
};

void check(const Tally& tally) {
  CHECK(tally.cases > 100'000);
  CHECK(tally.broken == 0);
}

}  // namespace

TEST_CASE("no grant without a grant or an opt-out regime") {
  Tally tally;
  for_every_question([&](const Question& asked) {
    const bool essential = asked.purpose == Purpose::essential;
    const bool granted =
        asked.state.recorded() && asked.state.choices.of(asked.purpose) == Choice::granted;
    const bool by_default = asked.model == Model::opt_out && asked.purpose == Purpose::analytics;
    tally.add(!allowed(asked) || essential || granted || by_default);
  });
  check(tally);
}

TEST_CASE("deny wins: denying a purpose turns nothing on") {
  Tally tally;
  for_every_question([&](const Question& asked) {
    Question denied = asked;
    denied.state.choices.set(Purpose::analytics, Choice::denied);
    denied.state.choices.set(Purpose::marketing, Choice::denied);
    if (!denied.state.recorded() || denied.purpose == Purpose::essential) return;
    tally.add(!allowed(denied));
    Question one = asked;
    one.state.choices.set(Purpose::marketing, Choice::denied);
    tally.add(!allowed(one) || allowed(asked));
  });
  check(tally);
}

TEST_CASE("a signal never adds, nor does its going away after an opt-out") {
  Tally tally;
  for_every_question([&](const Question& asked) {
    Question signalled = asked;
    signalled.signals.gpc = true;
    tally.add(!allowed(signalled) || allowed(asked));
    if (asked.state.action == Action::gpc && asked.purpose != Purpose::essential &&
        asked.state.choices.of(asked.purpose) != Choice::granted) {
      Question gone = asked;
      gone.signals.gpc = false;
      tally.add(!allowed(gone));
    }
  });
  check(tally);
}

TEST_CASE("DNT, where it is honoured, decides as GPC does") {
  Tally tally;
  for_every_question([&](const Question& asked) {
    Question by_dnt = asked;
    by_dnt.signals = {.gpc = false, .dnt = asked.signals.gpc};
    tally.add(decide(by_dnt).reason == decide(asked).reason);
    by_dnt.signals = {.gpc = asked.signals.gpc, .dnt = asked.signals.gpc};
    tally.add(decide(by_dnt).reason == decide(asked).reason);
  });
  check(tally);
}

// The one cell of the law's table where it is not: an opt-out regime makes a signal end a grant of
// analytics that came before it, where consent is needed that grant stands.
TEST_CASE("opt_in, the model of the unknown region, is the strictest") {
  Tally tally;
  unsigned long outlived = 0;
  for_every_question([&](const Question& asked) {
    if (asked.model == Model::opt_in) return;
    Question strict = asked;
    strict.model = Model::opt_in;
    const bool signal_came_after = asked.signals.gpc && !asked.state.gpc &&
                                   asked.purpose == Purpose::analytics &&
                                   decide(strict).reason == Reason::granted;
    if (signal_came_after) ++outlived;
    tally.add(!allowed(strict) || allowed(asked) || signal_came_after);
  });
  check(tally);
  CHECK(outlived > 0);
}

TEST_CASE("nothing recorded counts for longer than the cap of thirteen months") {
  Tally tally;
  for_every_question([&](const Question& asked) {
    const bool nobody_chose = !asked.state.recorded();
    if (asked.purpose == Purpose::essential || nobody_chose) return;
    if (asked.now < asked.state.decided_at + consent::kLifetimeMax) return;
    tally.add(!allowed(asked));
  });
  check(tally);
}

TEST_CASE("between the documented instants no decision of the whole product changes") {
  // The ages that no documented instant lies between.
  const std::vector<std::vector<seconds>> spans{
      {-days{2}, -hours{24} - seconds{1}},
      {-hours{24}, seconds{0}, days{100}, days{182} - seconds{1}},
      {days{182}, days{395}, days{4'000}}};
  Tally tally;
  for_every_question([&](const Question& asked) {
    for (const auto& span : spans) {
      if (kNow - asked.state.decided_at != span.front()) continue;
      Question later = asked;
      for (const seconds age : span) {
        later.now = asked.state.decided_at + age;
        tally.add(decide(later).reason == decide(asked).reason);
        tally.add(consent::must_ask(later) == consent::must_ask(asked));
        tally.add(decide(later).expires_at == decide(asked).expires_at);
      }
    }
  });
  check(tally);
}

TEST_CASE("a hold never allows, and what the policy does not use never runs") {
  Tally tally;
  for_every_question([&](const Question& asked) {
    if (asked.purpose == Purpose::essential) {
      tally.add(allowed(asked));
      return;
    }
    const bool held = asked.state.hold != Hold::none;
    const bool unused = asked.policy.material_since[1] == 0;
    if (held || unused) tally.add(!allowed(asked));
  });
  check(tally);
}

TEST_CASE("a later policy change never turns a recorded choice on") {
  Tally tally;
  for_every_question([&](const Question& asked) {
    if (!asked.state.recorded() || asked.policy.material_since[1] == 0) return;
    Question changed = asked;
    changed.policy.version = 4;
    changed.policy.material_since = {1, 4, 4};
    if (asked.state.policy > 3) return;
    tally.add(!allowed(changed) || changed.purpose == Purpose::essential);
  });
  check(tally);
}

TEST_CASE("a decision changes only at the documented instants") {
  Tally tally;
  Question asked;
  asked.policy.version = 3;
  asked.policy.material_since = {1, 2, 2};
  asked.state.policy = 3;
  const Instant decided{days{20'000}};
  const Instant turns[] = {decided - hours{24}, decided + consent::kConsentLifetime};
  for (const Model model : kModels) {
    for (const Action action : kActions) {
      asked.model = model;
      asked.purpose = Purpose::analytics;
      asked.state.action = action;
      asked.state.decided_at = decided;
      asked.state.choices.set(Purpose::analytics, Choice::granted);
      asked.now = decided - days{500};
      Reason before = decide(asked).reason;
      for (asked.now += hours{1}; asked.now < decided + days{1'000}; asked.now += hours{1}) {
        const Reason reason = decide(asked).reason;
        const bool documented = asked.now == turns[0] || asked.now == turns[1];
        tally.add(reason == before || documented);
        before = reason;
      }
    }
  }
  check(tally);
}

TEST_CASE("the answer is one of the contract's, and only a record expires") {
  Tally tally;
  for_every_question([&](const Question& asked) {
    const auto decision = decide(asked);
    tally.add(consent::to_text(decision.reason) == "no_record" ||
              decision.reason != Reason::no_record);
    tally.add((decision.expires_at != Instant{}) == asked.state.recorded());
    tally.add(decision.reason != Reason::invalid_token);
  });
  check(tally);
}

TEST_CASE(
    "an opt_in visitor who may be served was asked: one who must be asked is not served all") {
  Tally tally;
  for_every_question([&](const Question& asked) {
    if (asked.model == Model::opt_out || asked.state.hold != Hold::none) return;
    if (asked.policy.material_since[1] == 0) return;
    const bool served = asked.purpose != Purpose::essential && allowed(asked);
    const bool explicit_choice =
        asked.state.recorded() && asked.state.action != Action::default_state;
    tally.add(!served || explicit_choice);
    Question analytics = asked;
    analytics.purpose = Purpose::analytics;
    Question marketing = asked;
    marketing.purpose = Purpose::marketing;
    tally.add(!consent::must_ask(asked) || !(allowed(analytics) && allowed(marketing)));
  });
  check(tally);
}
