// Properties over every short history, and over every place of the ruleset as the years go by.
#include <string>
#include <vector>

#include "consent/decision.h"
#include "support/catch.h"

using consent::Action;
using consent::Choice;
using consent::Choices;
using consent::Date;
using consent::decide;
using consent::fold;
using consent::Instant;
using consent::Model;
using consent::Purpose;
using consent::Question;
using consent::Reason;
using consent::RecordFacts;
using consent::RecordState;
using std::chrono::days;

namespace {

constexpr Instant kNow{days{20'500}};
constexpr Model kModels[] = {Model::opt_in, Model::opt_out};
constexpr Purpose kOptional[] = {Purpose::analytics, Purpose::marketing};

RecordFacts record(Action action, Choice analytics, Choice marketing, std::int64_t event_ms) {
  RecordFacts facts;
  facts.action = action;
  facts.choices.set(Purpose::analytics, analytics);
  facts.choices.set(Purpose::marketing, marketing);
  facts.event_ms = event_ms;
  facts.decided_at = kNow - days{10};
  facts.policy = 1;
  return facts;
}

// Everything a visitor can do, at each of three times of the client's clock.
std::vector<RecordFacts> everything_done() {
  constexpr Choice yes = Choice::granted;
  constexpr Choice no = Choice::denied;
  std::vector<RecordFacts> all;
  for (std::int64_t at = 1; at <= 3; ++at) {
    all.push_back(record(Action::accept_all, yes, yes, at));
    all.push_back(record(Action::save, yes, no, at));
    all.push_back(record(Action::save, no, yes, at));
    all.push_back(record(Action::reject_all, no, no, at));
    all.push_back(record(Action::withdraw, no, no, at));
    all.push_back(record(Action::gpc, no, no, at));
    all.push_back(record(Action::default_state, yes, no, at));
  }
  return all;
}

bool denies_all(const RecordFacts& facts) { return !facts.choices.any_granted(); }

bool allowed(const RecordState& state, Model model, Purpose purpose) {
  Question question;
  question.purpose = purpose;
  question.model = model;
  question.policy = {1, {1, 1, 1}};
  question.state = state;
  question.now = kNow;
  return decide(question).allowed();
}

RecordState folded(const std::vector<RecordFacts>& history) {
  RecordState state;
  for (const RecordFacts& facts : history) state = fold(state, facts);
  return state;
}

// Whether some purpose may run after `more` that might not after `less`.
bool allows_more(const RecordState& more, const RecordState& less) {
  for (const Model model : kModels) {
    for (const Purpose purpose : kOptional) {
      if (allowed(more, model, purpose) && !allowed(less, model, purpose)) return true;
    }
  }
  return false;
}

std::vector<std::vector<RecordFacts>> every_history(std::size_t longest) {
  std::vector<std::vector<RecordFacts>> histories{{}};
  const std::vector<RecordFacts> done = everything_done();
  std::size_t begin = 0;
  for (std::size_t size = 1; size <= longest; ++size) {
    const std::size_t end = histories.size();
    for (; begin < end; ++begin) {
      for (const RecordFacts& facts : done) {
        histories.push_back(histories[begin]);
        histories.back().push_back(facts);
      }
    }
  }
  return histories;
}

std::vector<consent::Region> every_place() {
  std::vector<consent::Region> places{consent::Region{}};
  for (char first = 'A'; first <= 'Z'; ++first) {
    for (char second = 'A'; second <= 'Z'; ++second) {
      const std::string pair{first, second};
      for (const std::string& code : {pair, "US-" + pair, "CA-" + pair}) {
        const consent::Region region = consent::parse_region(code);
        if (region.country.known()) places.push_back(region);
      }
    }
  }
  return places;
}

}  // namespace

TEST_CASE("one more refusal, wherever it falls into a history, turns nothing on") {
  unsigned long cases = 0;
  unsigned long broken = 0;
  for (const auto& history : every_history(3)) {
    const RecordState without = folded(history);
    for (const RecordFacts& denial : everything_done()) {
      if (!denies_all(denial)) continue;
      for (std::size_t at = 0; at <= history.size(); ++at) {
        std::vector<RecordFacts> with = history;
        with.insert(with.begin() + static_cast<std::ptrdiff_t>(at), denial);
        ++cases;
        if (allows_more(folded(with), without)) ++broken;
      }
    }
  }
  CHECK(cases > 300'000);
  CHECK(broken == 0);
}

TEST_CASE("after a last refusal nothing optional runs, whatever came before") {
  unsigned long broken = 0;
  for (const auto& history : every_history(3)) {
    const RecordState before = folded(history);
    for (const RecordFacts& denial : everything_done()) {
      if (!denies_all(denial)) continue;
      const RecordState after = fold(before, denial);
      for (const Model model : kModels) {
        for (const Purpose purpose : kOptional) {
          if (allowed(after, model, purpose)) ++broken;
        }
      }
    }
  }
  CHECK(broken == 0);
}

TEST_CASE("the same record twice is the record once") {
  unsigned long broken = 0;
  for (const auto& history : every_history(2)) {
    for (const RecordFacts& facts : everything_done()) {
      const RecordState once = fold(folded(history), facts);
      const RecordState twice = fold(once, facts);
      if (once.choices != twice.choices || once.action != twice.action) ++broken;
    }
  }
  CHECK(broken == 0);
}

TEST_CASE("nothing runs unasked, in no place and no year, but under an opt-out regime") {
  const std::vector<consent::Region> places = every_place();
  unsigned long ran = 0;
  unsigned long broken = 0;
  for (int day = 17'000; day < 23'000; day += 5) {
    for (const consent::Region& place : places) {
      const consent::Regime regime = consent::regime_for(place, Date{days{day}});
      Question asked;
      asked.purpose = Purpose::analytics;
      asked.model = regime.model;
      asked.policy = {1, {1, 1, 1}};
      asked.now = Instant{days{day}};
      const bool runs = decide(asked).allowed();
      const bool opt_out = regime.model == Model::opt_out && place.country.known() &&
                           regime.gdpr_scope == consent::GdprScope::none;
      if (runs != opt_out) ++broken;
      if (runs) ++ran;
      asked.signals.gpc = true;
      if (decide(asked).allowed()) ++broken;
      asked.signals = {};
      asked.purpose = Purpose::marketing;
      if (decide(asked).allowed()) ++broken;
    }
  }
  CHECK(ran > 0);
  CHECK(broken == 0);
}
