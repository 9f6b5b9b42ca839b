#pragma once
// What a check answers about a known state. Everything that tells a pipeline what is allowed asks
// here.

#include <optional>

#include "service.h"
#include "site/site_policy.h"
#include "wire/check_request.h"

namespace consent::server {

// At one moment, for many states: neighbours are mostly of one region.
class StateAnswers {
 public:
  StateAnswers(const Service& service, TimePoint now);
  CheckAnswer of(Purpose purpose, const RecordState& state);

 private:
  Model model_of(const Region& region);

  const Service& service_;
  const TimePoint now_;
  const PolicyInForce policy_;
  Region region_;
  std::optional<Model> model_;  // of region_
};

}  // namespace consent::server
