#include "consent/region.h"
#include "consent/ruleset.h"
#include "support/catch.h"
#include "vector_file.h"

namespace consent::vectors {
namespace {

Region parse(const Json& input) {
  if (input.contains("code"))
    return parse_region(ExactText(input["code"].get<std::string>()).view());
  const ExactText country(input.at("country").get<std::string>());
  const ExactText subdivision(text_or_empty(input.at("subdivision")));
  return parse_region(country.view(), subdivision.view());
}

Json answer(const Json& input) {
  const Region region = parse(input);
  const Regime regime = regime_for(region, date(input.at("date").get<std::string>()));
  return {{"region", region_json(region)},
          {"regime",
           {{"id", std::string(to_text(regime.id))},
            {"model", std::string(to_text(regime.model))},
            {"gdpr_scope", std::string(to_text(regime.gdpr_scope))}}},
          {"zone", std::string(to_text(zone_for(region, regime)))}};
}

}  // namespace

TEST_CASE("every region vector gives its region, regime and zone") {
  for_each_vector("region", [](const Json& vector, const Json&) {
    CHECK(answer(vector.at("input")) == vector.at("expect"));
  });
}

}  // namespace consent::vectors
