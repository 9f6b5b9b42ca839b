#include "telemetry/failure_log.h"

#include <string>
#include <vector>

#include "support/catch.h"
#include "support/fake_clock.h"

using namespace consent::server;
using namespace consent::testing;
using namespace std::chrono_literals;

namespace {

struct Written {
  FakeClock clock;
  std::vector<std::string> lines;
  FailureLog log{clock, [this](auto event, auto detail, std::uint64_t left_out) {
                   lines.push_back(std::string(event) + " " + std::string(detail) + " " +
                                   std::to_string(left_out));
                 }};
};

}  // namespace

TEST_CASE("A cause is written once in ten seconds, with how often it was left out") {
  Written written;
  const ReportFailure report = written.log.for_event("sink_failed");
  for (int i = 0; i < 5; ++i) report("full");
  CHECK(written.lines == std::vector<std::string>{"sink_failed full 0"});
  written.clock.advance(9'999ms);
  report("full");
  written.clock.advance(1ms);
  report("full");
  CHECK(written.lines == std::vector<std::string>{"sink_failed full 0", "sink_failed full 5"});
}

TEST_CASE("Causes do not silence each other, nor does a clock that was set back") {
  Written written;
  written.log.report("sink_failed", "full");
  written.log.report("sink_failed", "gone");
  written.log.report("ledger_failed", "full");
  CHECK(written.lines.size() == 3);
  written.clock.advance(-1h);
  written.log.report("sink_failed", "full");
  CHECK(written.lines.size() == 4);
}

TEST_CASE("However many causes come, the newest are remembered") {
  Written written;
  const auto report = [&](std::size_t number) {
    written.log.report("x", std::to_string(number));
    written.clock.advance(1ms);
  };
  for (std::size_t i = 0; i <= FailureLog::kCausesMax; ++i) report(i);
  const std::size_t before = written.lines.size();
  report(FailureLog::kCausesMax);
  CHECK(written.lines.size() == before);
  report(0);
  CHECK(written.lines.size() == before + 1);
}
