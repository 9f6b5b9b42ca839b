// Any history and any question: a denial added to a history never turns anything on, nor does the
// signal.

#include <cstdint>

#include "consent/decision.h"
#include "property.h"

using namespace consent;

namespace {

class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : data_(data), left_(size) {}
  std::uint8_t next() {
    if (left_ == 0) return 0;
    --left_;
    return *data_++;
  }
  bool empty() const { return left_ == 0; }

 private:
  const std::uint8_t* data_;
  std::size_t left_;
};

RecordFacts read_facts(Bytes& bytes) {
  RecordFacts facts;
  facts.action = static_cast<Action>(1 + bytes.next() % 6);
  facts.choices.set(Purpose::analytics, static_cast<Choice>(bytes.next() % 3));
  facts.choices.set(Purpose::marketing, static_cast<Choice>(bytes.next() % 3));
  facts.decided_at = Instant{std::chrono::days{20000 + bytes.next() * 3}};
  facts.event_ms = bytes.next();
  facts.policy = static_cast<PolicyVersion>(bytes.next() % 4);
  facts.model = bytes.next() % 2 == 0 ? Model::opt_in : Model::opt_out;
  facts.gpc = bytes.next() % 2 == 1;
  return facts;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes bytes(data, size);
  Question question;
  question.purpose = bytes.next() % 2 == 0 ? Purpose::analytics : Purpose::marketing;
  question.model = bytes.next() % 2 == 0 ? Model::opt_in : Model::opt_out;
  question.policy.version = 3;
  question.policy.material_since = {1, static_cast<PolicyVersion>(bytes.next() % 4), 2};
  question.now = Instant{std::chrono::days{20000 + bytes.next() * 3}};
  while (!bytes.empty()) question.state = fold(question.state, read_facts(bytes));

  const bool allowed = decide(question).allowed();
  Question with_signal = question;
  with_signal.signals.gpc = true;
  PROPERTY(allowed || !decide(with_signal).allowed());
  Question with_dnt = question;
  with_dnt.signals.dnt = true;
  PROPERTY(decide(with_dnt).reason == decide(with_signal).reason);

  for (const Action action : {Action::withdraw, Action::reject_all, Action::gpc}) {
    RecordFacts denial;
    denial.action = action;
    denial.choices.set(Purpose::analytics, Choice::denied);
    denial.choices.set(Purpose::marketing, Choice::denied);
    denial.decided_at = question.now;
    denial.policy = 3;
    Question denied = question;
    denied.state = fold(question.state, denial);
    PROPERTY(!decide(denied).allowed());
  }
  for (const Hold hold : {Hold::restricted, Hold::erased}) {
    Question held = question;
    held.state.hold = hold;
    PROPERTY(!decide(held).allowed());
  }
  return 0;
}
