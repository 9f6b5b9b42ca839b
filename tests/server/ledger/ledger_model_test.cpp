// A few seeds under the sanitizers. script/test runs hundreds, compiled as what is shipped:
// tests/model/main.cpp.

#include "model/ledger_model.h"

#include "support/catch.h"

using namespace consent::testing;

TEST_CASE("Whatever is done in whatever order, and wherever the power fails, the ledger agrees") {
  std::uint64_t crashes = 0;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    INFO("seed " << seed);
    const ModelRun run = run_ledger_model(seed);
    CHECK(run.wrong == "");
    crashes += run.crashes;
  }
  CHECK(crashes >= 4);
}
