#include "consent/decision.h"
#include "support/catch.h"
#include "vector_file.h"

namespace consent::vectors {
namespace {

PolicyInForce policy_of(const Json& policy) {
  PolicyInForce in_force;
  in_force.version = policy.at("version").get<PolicyVersion>();
  for (const auto& [name, since] : policy.at("material_since").items()) {
    in_force.material_since[static_cast<std::size_t>(parse_purpose(name).value())] =
        since.get<PolicyVersion>();
  }
  return in_force;
}

Model model_at(const Region& region, Instant time) {
  return regime_for(region, std::chrono::floor<std::chrono::days>(time)).model;
}

RecordFacts facts_of(const Json& entry) {
  RecordFacts facts;
  facts.choices = choices_of(entry.at("choices"));
  facts.action = parse_action(entry.at("action").get<std::string>()).value();
  facts.decided_at = instant(entry.at("at").get<std::string>());
  facts.event_ms = milliseconds(entry.at("event_at").get<std::string>());
  facts.policy = entry.at("policy").get<PolicyVersion>();
  facts.region = region_of(entry.at("region"));
  facts.model = model_at(facts.region, facts.decided_at);
  facts.gpc = entry.at("gpc").get<bool>();
  return facts;
}

Hold hold_of(const std::string& text) {
  if (text == "restricted") return Hold::restricted;
  return text == "erased" ? Hold::erased : Hold::none;
}

Json state_json(const RecordState& state) {
  if (!state.recorded()) return nullptr;
  const auto time = [](Instant value) { return rfc3339(value).substr(0, 19) + "Z"; };
  Json denied = nullptr;
  if (state.denied_event_ms != 0)
    denied = time(Instant{std::chrono::seconds{state.denied_event_ms / 1000}});
  return {{"action", std::string(to_text(state.action))},
          {"choices", choices_json(state.choices)},
          {"decided_at", time(state.decided_at)},
          {"denied_event_at", denied},
          {"policy", state.policy},
          {"region", region_json(state.region)},
          {"model", std::string(to_text(state.model))},
          {"gpc", state.gpc}};
}

Question question_of(const Json& input) {
  Question question;
  for (const Json& entry : input.at("history"))
    question.state = fold(question.state, facts_of(entry));
  question.state.hold = hold_of(input.at("hold").get<std::string>());
  question.purpose = parse_purpose(input.at("purpose").get<std::string>()).value();
  question.policy = policy_of(input.at("policy"));
  question.now = instant(input.at("now").get<std::string>());
  const Json& visitor = input.at("visitor");
  if (!visitor.is_null()) {
    question.model = model_at(region_of(visitor.at("region")), question.now);
    question.signals.gpc = visitor.at("gpc").get<bool>();
  } else if (question.state.recorded()) {
    question.model = model_at(question.state.region, question.now);
  }
  return question;
}

Json answer(const Question& question) {
  const Decision decision = decide(question);
  Json expires_at = nullptr;
  if (decision.expires_at != Instant{}) expires_at = rfc3339(decision.expires_at);
  return {{"state", state_json(question.state)},
          {"allowed", decision.allowed()},
          {"reason", std::string(to_text(decision.reason))},
          {"expires_at", expires_at},
          {"must_ask", must_ask(question)}};
}

}  // namespace

TEST_CASE("every decision vector folds to its state and is decided as the law's table says") {
  for_each_vector("decision", [](const Json& vector) {
    CHECK(answer(question_of(vector.at("input"))) == vector.at("expect"));
  });
}

}  // namespace consent::vectors
