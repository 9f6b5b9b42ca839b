#pragma once
// What a retention sweep does with a subject. Pure: time and law are inputs.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "clock.h"
#include "consent/record_state.h"
#include "ledger/record.h"
#include "ledger/rights_request.h"
#include "site/retention.h"

namespace consent::server {

enum class SweepVerdict : std::uint8_t {
  keep,     // relied on, or its period is not over
  destroy,  // its period is over
  frozen    // it would be destroyed, but a legal hold or a restriction forbids it
};
std::string_view to_text(SweepVerdict verdict);

// When a subject's records stop being relied on: with the last decision where nothing is granted,
// else when the grant expires.
TimePoint relied_on_until(const RecordState& state);

// A subject that is erased already, or of which nothing is recorded, is kept: there is nothing
// left.
SweepVerdict plan_sweep(const RecordState& state, bool legal_hold, const Retention& retention,
                        TimePoint now);

// Of a subject that goes on: the sequence up to which its records, given from the oldest, are to
// go; 0: none. A record is relied on until the next one came, a grant not beyond its expiry. It is
// kept for the period from then, and as long as the state would be another without it.
std::uint64_t superseded_up_to(std::span<const StoredRecord> records, const RecordState& state,
                               const Retention& retention, TimePoint now);

// Of a subject that goes on, when those are gone: the earliest moment that a period of what is left
// is counted from. Empty when something is over, and stays because the state needs it.
std::optional<TimePoint> counts_from(std::span<const StoredRecord> records,
                                     const RecordState& state, const Retention& retention,
                                     TimePoint now);

// Closed requests whose period, and what the law of their regime asks for, is over at `now`.
ClosedBefore requests_over(const Retention& retention, TimePoint now);

}  // namespace consent::server
