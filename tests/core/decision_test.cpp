#include "consent/decision.h"

#include <string>

#include "support/catch.h"

using consent::Action;
using consent::Choice;
using consent::decide;
using consent::Hold;
using consent::Instant;
using consent::Model;
using consent::must_ask;
using consent::Purpose;
using consent::Question;
using consent::Reason;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;

namespace {

constexpr Instant kDecided{days{20'000}};

// Analytics and marketing are in use since version 2; version 3 is in force; nothing is recorded.
Question question(Model model = Model::opt_in, Purpose purpose = Purpose::analytics) {
  Question asked;
  asked.purpose = purpose;
  asked.model = model;
  asked.policy.version = 3;
  asked.policy.material_since = {1, 2, 2};
  asked.now = kDecided + hours{1};
  return asked;
}

Question recorded(Action action, Choice analytics, Choice marketing, Model model = Model::opt_in) {
  Question asked = question(model);
  asked.state.action = action;
  asked.state.choices.set(Purpose::analytics, analytics);
  asked.state.choices.set(Purpose::marketing, marketing);
  asked.state.decided_at = kDecided;
  asked.state.policy = 3;
  asked.state.model = model;
  return asked;
}

Question accepted(Model model = Model::opt_in) {
  return recorded(Action::accept_all, Choice::granted, Choice::granted, model);
}

Reason reason_of(const Question& asked) { return decide(asked).reason; }

Reason with_gpc(Question asked, bool when_decided = false) {
  asked.signals.gpc = !when_decided;
  asked.state.gpc = when_decided;
  return reason_of(asked);
}

}  // namespace

TEST_CASE("nobody has chosen") {
  CHECK(reason_of(question(Model::opt_in, Purpose::essential)) == Reason::essential);
  CHECK(reason_of(question(Model::opt_in)) == Reason::no_record);
  CHECK(reason_of(question(Model::opt_out)) == Reason::opt_out_default);
  CHECK(reason_of(question(Model::opt_out, Purpose::marketing)) == Reason::no_record);
  CHECK(with_gpc(question(Model::opt_out)) == Reason::gpc);
  CHECK(with_gpc(question(Model::opt_in)) == Reason::no_record);
  CHECK(decide(question()).expires_at == Instant{});
}

TEST_CASE("a valid grant allows, and says until when") {
  const auto decision = decide(accepted());
  CHECK(decision.reason == Reason::granted);
  CHECK(decision.allowed());
  CHECK(decision.expires_at == kDecided + days{182});
}

TEST_CASE("every way of saying no has its reason") {
  const auto denied = [](Action action, Model model = Model::opt_in) {
    return reason_of(recorded(action, Choice::denied, Choice::denied, model));
  };
  CHECK(denied(Action::reject_all) == Reason::refused);
  CHECK(denied(Action::save) == Reason::refused);
  CHECK(denied(Action::reject_all, Model::opt_out) == Reason::opted_out);
  CHECK(denied(Action::withdraw) == Reason::withdrawn);
  CHECK(denied(Action::withdraw, Model::opt_out) == Reason::withdrawn);
  CHECK(denied(Action::gpc, Model::opt_out) == Reason::gpc);
  CHECK(reason_of(recorded(Action::save, Choice::not_asked, Choice::granted)) == Reason::no_record);
  auto old = recorded(Action::reject_all, Choice::denied, Choice::denied);
  old.now = kDecided + days{1'000};
  CHECK(reason_of(old) == Reason::refused);  // a refusal does not lapse into anything
}

TEST_CASE("a grant lapses 182 days after it was given, to the second") {
  auto asked = accepted();
  asked.now = kDecided + days{182} - seconds{1};
  CHECK(reason_of(asked) == Reason::granted);
  asked.now = kDecided + days{182};
  CHECK(reason_of(asked) == Reason::expired);
}

TEST_CASE("a record from more than a day ahead proves nothing") {
  auto asked = accepted();
  asked.now = kDecided - hours{24};
  CHECK(reason_of(asked) == Reason::granted);
  asked.now = kDecided - hours{24} - seconds{1};
  CHECK(reason_of(asked) == Reason::no_record);
}

TEST_CASE("a grant covers the policies that promise the same") {
  for (const auto& [policy, reason] : {std::pair<std::uint16_t, Reason>{0, Reason::notice_changed},
                                       {1, Reason::notice_changed},
                                       {2, Reason::granted},
                                       {3, Reason::granted},
                                       {4, Reason::notice_changed}}) {
    auto asked = accepted();
    asked.state.policy = policy;
    CAPTURE(policy);
    CHECK(reason_of(asked) == reason);
  }
  auto unused = accepted();
  unused.policy.material_since[2] = 0;
  unused.purpose = Purpose::marketing;
  CHECK(reason_of(unused) == Reason::unknown_purpose);
  unused.purpose = static_cast<Purpose>(3);
  CHECK(reason_of(unused) == Reason::unknown_purpose);
}

TEST_CASE("a hold denies everything optional") {
  for (const auto& [hold, reason] :
       {std::pair{Hold::restricted, Reason::restricted}, {Hold::erased, Reason::erased}}) {
    auto asked = accepted();
    asked.state.hold = hold;
    CHECK(reason_of(asked) == reason);
    CHECK_FALSE(must_ask(asked));
    asked.purpose = Purpose::essential;
    CHECK(reason_of(asked) == Reason::essential);
  }
}

TEST_CASE("a signal against an explicit grant") {
  auto marketing = accepted();
  marketing.purpose = Purpose::marketing;
  CHECK(reason_of(marketing) == Reason::granted);
  CHECK(with_gpc(marketing) == Reason::gpc);
  CHECK(with_gpc(marketing, true) == Reason::gpc);
  CHECK(with_gpc(accepted(Model::opt_in)) == Reason::granted);
  CHECK(with_gpc(accepted(Model::opt_out)) == Reason::gpc);
  CHECK(with_gpc(accepted(Model::opt_out), true) == Reason::granted);
  auto both = accepted(Model::opt_out);
  both.signals.gpc = both.state.gpc = true;
  CHECK(reason_of(both) == Reason::granted);  // the later, more specific choice
}

TEST_CASE("a recorded starting state is nobody's consent") {
  auto asked = recorded(Action::default_state, Choice::granted, Choice::denied, Model::opt_out);
  CHECK(reason_of(asked) == Reason::opt_out_default);
  CHECK(with_gpc(asked) == Reason::gpc);
  CHECK(with_gpc(asked, true) == Reason::gpc);
  asked.model = Model::opt_in;  // the visitor has moved
  CHECK(reason_of(asked) == Reason::no_record);
  CHECK(must_ask(asked));
  asked.model = Model::opt_out;
  asked.now = kDecided + days{182};
  CHECK(reason_of(asked) == Reason::expired);
  asked.now = kDecided;
  asked.state.policy = 1;
  CHECK(reason_of(asked) == Reason::notice_changed);
  asked.purpose = Purpose::marketing;
  CHECK(reason_of(asked) == Reason::no_record);
}

TEST_CASE("a decision is total: from one end of time to the other a grant proves nothing") {
  const auto at = [](Instant decided, Instant now) {
    auto asked = accepted();
    asked.state.decided_at = decided;
    asked.now = now;
    CHECK(must_ask(asked) == (reason_of(asked) != Reason::granted));
    return reason_of(asked);
  };
  CHECK(at(Instant::min(), Instant::max()) == Reason::expired);
  CHECK(at(Instant::min(), Instant{}) == Reason::expired);
  CHECK(at(Instant{}, Instant::max()) == Reason::expired);
  CHECK(at(Instant::max(), Instant{}) == Reason::no_record);
  CHECK(at(Instant::max(), Instant::min()) == Reason::no_record);
  CHECK(at(Instant{}, Instant::min()) == Reason::no_record);
}

TEST_CASE("who is asked, and who is left in peace") {
  CHECK(must_ask(question(Model::opt_in)));
  CHECK_FALSE(must_ask(question(Model::opt_out)));
  CHECK_FALSE(must_ask(accepted()));
  auto refused = recorded(Action::reject_all, Choice::denied, Choice::denied);
  CHECK_FALSE(must_ask(refused));
  refused.now = kDecided + days{182} - seconds{1};
  CHECK_FALSE(must_ask(refused));
  refused.now = kDecided + days{182};
  CHECK(must_ask(refused));
  auto changed = accepted();
  changed.policy.version = 4;
  CHECK_FALSE(must_ask(changed));  // a routine revision is no reason
  changed.policy.material_since[2] = 4;
  CHECK(must_ask(changed));
  CHECK(must_ask(recorded(Action::save, Choice::granted, Choice::not_asked)));
  auto unused = recorded(Action::save, Choice::granted, Choice::not_asked);
  unused.policy.material_since[2] = 0;
  CHECK_FALSE(must_ask(unused));
  auto ahead = accepted();
  ahead.now = kDecided - hours{25};
  CHECK(must_ask(ahead));
}

TEST_CASE("reasons are spelled as the contract does") {
  CHECK(consent::to_text(Reason::opt_out_default) == "opt_out_default");
  CHECK(consent::to_text(Reason::invalid_token) == "invalid_token");
  CHECK(consent::to_text(static_cast<Reason>(99)) == "no_record");
  CHECK(consent::allows(Reason::opt_out_default));
  CHECK_FALSE(consent::allows(Reason::no_record));
}
