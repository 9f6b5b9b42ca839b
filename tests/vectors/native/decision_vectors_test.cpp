#include "consent/decision.h"
#include "consent/signals.h"
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
  const std::string event_at = entry.value("event_at", entry.at("at").get<std::string>());
  facts.event_ms = milliseconds(event_at);
  facts.policy = entry.at("policy").get<PolicyVersion>();
  facts.region = parse_region(entry.at("region").get<std::string>());
  facts.model = model_at(facts.region, facts.decided_at);
  facts.gpc = entry.value("gpc", false);
  return facts;
}

Hold hold_of(const std::string& text) {
  if (text == "restricted") return Hold::restricted;
  return text == "erased" ? Hold::erased : Hold::none;
}

std::string time_text(Instant time) { return rfc3339(time).substr(0, 19) + "Z"; }

Json state_json(const RecordState& state) {
  Json denied = nullptr;
  if (state.denied_event_ms != 0)
    denied = time_text(Instant{std::chrono::seconds{state.denied_event_ms / 1000}});
  return {{"action", std::string(to_text(state.action))},
          {"choices", choices_json(state.choices)},
          {"decided_at", time_text(state.decided_at)},
          {"denied_event_at", denied},
          {"policy", state.policy},
          {"region", std::string(to_text(state.region).view())},
          {"model", std::string(to_text(state.model))},
          {"gpc", state.gpc}};
}

Question question_of(const Json& input, const Json& policies) {
  Question question;
  for (const Json& entry : input.at("history"))
    question.state = fold(question.state, facts_of(entry));
  question.state.hold = hold_of(input.value("hold", ""));
  question.purpose = parse_purpose(input.at("purpose").get<std::string>()).value();
  question.policy = policy_of(policies.at(std::to_string(input.at("policy").get<int>())));
  question.now = instant(input.at("now").get<std::string>());
  if (input.contains("visitor")) {
    const Json& visitor = input["visitor"];
    const Region region = parse_region(visitor.at("region").get<std::string>());
    question.model = model_at(region, question.now);
    question.signals.gpc = visitor.at("gpc").get<bool>();
    question.signals.dnt = parse_dnt(visitor.value("dnt", ""));
  } else if (question.state.recorded()) {
    question.model = model_at(question.state.region, question.now);
  }
  return question;
}

// What several records fold to is part of the answer.
Json answer(const Question& question, bool with_state) {
  const Decision decision = decide(question);
  Json expires_at = nullptr;
  if (decision.expires_at != Instant{}) expires_at = time_text(decision.expires_at);
  Json answer = {{"allowed", decision.allowed()},
                 {"reason", std::string(to_text(decision.reason))},
                 {"expires_at", expires_at},
                 {"must_ask", must_ask(question)}};
  if (with_state) answer["state"] = state_json(question.state);
  return answer;
}

}  // namespace

TEST_CASE("every decision vector folds to its state and is decided as the law's table says") {
  for_each_vector("decision", [](const Json& vector, const Json& file) {
    const Json& input = vector.at("input");
    const Question question = question_of(input, file.at("policies"));
    CHECK(answer(question, input.at("history").size() > 1) == vector.at("expect"));
  });
}

}  // namespace consent::vectors
