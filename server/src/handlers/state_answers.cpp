#include "handlers/state_answers.h"

#include "site/site_rules.h"

namespace consent::server {

StateAnswers::StateAnswers(const Service& service, TimePoint now)
    : service_(service), now_(now), policy_(service.site.reduced(now)) {}

Model StateAnswers::model_of(const Region& region) {
  if (!model_ || region != region_) {
    region_ = region;
    model_ = service_.rules.regime_of(region, now_).regime.model;
  }
  return *model_;
}

CheckAnswer StateAnswers::of(Purpose purpose, const RecordState& state) {
  Question question;
  question.purpose = purpose;
  question.policy = policy_;
  question.state = state;
  question.now = std::chrono::floor<std::chrono::seconds>(now_);
  if (state.recorded()) question.model = model_of(state.region);
  const Decision decision = decide(question);
  CheckAnswer answer{.reason = decision.reason, .policy = std::nullopt, .expires_at = std::nullopt};
  if (state.recorded()) answer.policy = state.policy;
  if (decision.expires_at != Instant{}) answer.expires_at = decision.expires_at;
  return answer;
}

}  // namespace consent::server
