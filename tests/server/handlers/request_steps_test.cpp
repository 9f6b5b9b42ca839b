// Which step may follow which, for each state there is.

#include "rights/request_steps.h"

#include "formats/timestamp.h"
#include "support/catch.h"

using namespace consent;
using namespace consent::server;

namespace {

constexpr RequestState kStates[] = {RequestState::received, RequestState::acknowledged,
                                    RequestState::extended, RequestState::completed,
                                    RequestState::refused};
const TimePoint kReceived = parse_rfc3339("2027-01-31T10:00:00Z").value();

RightsRequest in(RequestState state, RegimeId regime = RegimeId::eu_gdpr) {
  RightsRequest request;
  request.regime = regime;
  request.received_at = kReceived;
  request.state = state;
  set_deadlines(request);
  return request;
}

StepFlaw step(RightsRequest request, RequestState state, const std::string& reason = "why",
              TimePoint now = kReceived) {
  return take_step(request, state, reason, now);
}

}  // namespace

TEST_CASE("A request goes forward only, and nothing follows its end") {
  for (const RequestState from : kStates) {
    for (const RequestState to : kStates) {
      CAPTURE(std::string(to_text(from)), std::string(to_text(to)));
      const StepFlaw flaw = step(in(from), to);
      if (is_closed(from)) {
        CHECK(flaw == StepFlaw::closed);
      } else if (is_closed(to) || static_cast<int>(to) > static_cast<int>(from)) {
        CHECK(flaw == StepFlaw::none);
      } else {
        CHECK(flaw == StepFlaw::out_of_order);
      }
    }
  }
}

TEST_CASE("An extension and a refusal need a reason; what is refused changes nothing") {
  CHECK(step(in(RequestState::received), RequestState::extended, "") == StepFlaw::reason_missing);
  CHECK(step(in(RequestState::received), RequestState::refused, "") == StepFlaw::reason_missing);
  CHECK(step(in(RequestState::received), RequestState::completed, "") == StepFlaw::none);
  RightsRequest request = in(RequestState::received);
  const std::string before = request_text(request);
  REQUIRE(take_step(request, RequestState::refused, "", kReceived) == StepFlaw::reason_missing);
  CHECK(request_text(request) == before);
}

TEST_CASE("An extension is told until the first period is over, and counts from the receipt") {
  RightsRequest request = in(RequestState::acknowledged);
  CHECK(to_rfc3339(request.due_at) == "2027-02-28T10:00:00.000Z");
  const auto late = request.due_at + std::chrono::milliseconds(1);
  CHECK(step(request, RequestState::extended, "why", late) == StepFlaw::too_late);
  REQUIRE(take_step(request, RequestState::extended, "why", request.due_at) == StepFlaw::none);
  CHECK(to_rfc3339(request.due_at) == "2027-04-30T10:00:00.000Z");
  CHECK(request.extension_reason == "why");
  CHECK(request.reason.empty());
  CHECK_FALSE(request.is_overdue(request.due_at));
  CHECK(request.is_overdue(request.due_at + std::chrono::milliseconds(1)));
  CHECK(step(in(RequestState::received, RegimeId::br_lgpd), RequestState::extended) ==
        StepFlaw::not_extensible);
}

TEST_CASE("Every flaw says what to do") {
  for (const StepFlaw flaw : {StepFlaw::closed, StepFlaw::out_of_order, StepFlaw::not_extensible,
                              StepFlaw::too_late, StepFlaw::reason_missing}) {
    CHECK_FALSE(advice_on(flaw).empty());
  }
}
