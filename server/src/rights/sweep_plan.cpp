#include "rights/sweep_plan.h"

#include <algorithm>
#include <vector>

#include "consent/decision.h"
#include "consent/request_records.h"

namespace consent::server {
namespace {

TimePoint relied_on_until(const Record& record, const Record& next) {
  const bool expires = record.kind == RecordKind::decision && record.choices.any_granted();
  return expires ? std::min(next.time, record.expires_at) : next.time;
}

std::vector<StoredRecord> held_of(std::span<const StoredRecord> records) {
  std::vector<StoredRecord> held;
  std::copy_if(records.begin(), records.end(), std::back_inserter(held),
               [](const StoredRecord& one) { return !one.erased; });
  return held;
}

// How many from the oldest are over, whatever the state needs.
std::size_t count_over(std::span<const StoredRecord> held, const Retention& retention,
                       TimePoint now) {
  std::size_t over = 0;
  for (; over + 1 < held.size(); ++over) {
    const TimePoint until = relied_on_until(held[over].record, held[over + 1].record);
    if (retention.consent_records.after(until) > now) break;
  }
  return over;
}

}  // namespace

std::string_view to_text(SweepVerdict verdict) {
  switch (verdict) {
    case SweepVerdict::keep:
      return "keep";
    case SweepVerdict::destroy:
      return "destroy";
    case SweepVerdict::frozen:
      return "frozen";
  }
  return "";
}

TimePoint relied_on_until(const RecordState& state) {
  return state.choices.any_granted() ? state.decided_at + kConsentLifetime : state.decided_at;
}

SweepVerdict plan_sweep(const RecordState& state, bool legal_hold, const Retention& retention,
                        TimePoint now) {
  if (!state.recorded() || state.hold == Hold::erased) return SweepVerdict::keep;
  if (now < retention.consent_records.after(relied_on_until(state))) return SweepVerdict::keep;
  const bool frozen = legal_hold || state.hold == Hold::restricted;
  return frozen ? SweepVerdict::frozen : SweepVerdict::destroy;
}

std::uint64_t superseded_up_to(std::span<const StoredRecord> records, const RecordState& state,
                               const Retention& retention, TimePoint now) {
  std::vector<StoredRecord> held = held_of(records);
  std::size_t over = count_over(held, retention, now);
  for (std::size_t i = 0; i < over; ++i) held[i].erased = true;
  for (; over > 0 && !follows(state, held, false); --over) held[over - 1].erased = false;
  return over == 0 ? 0 : held[over - 1].record.sequence;
}

std::optional<TimePoint> counts_from(std::span<const StoredRecord> records,
                                     const RecordState& state, const Retention& retention,
                                     TimePoint now) {
  const std::vector<StoredRecord> held = held_of(records);
  const std::size_t over = count_over(held, retention, now);
  const bool all_go = over == 0 || superseded_up_to(records, state, retention, now) ==
                                       held[over - 1].record.sequence;
  if (!all_go) return std::nullopt;
  const TimePoint whole = relied_on_until(state);
  if (over + 1 >= held.size()) return whole;
  return std::min(whole, relied_on_until(held[over].record, held[over + 1].record));
}

ClosedBefore requests_over(const Retention& retention, TimePoint now) {
  ClosedBefore over{.latest = retention.requests.before(now)};
  for (const RequestRecords& records : all_request_records()) {
    const TimePoint before = retention.requests_closed_before(records.regime, now);
    if (before < over.latest) over.earlier[records.regime] = before;
  }
  return over;
}

}  // namespace consent::server
