#pragma once
// Records to fill a ledger with.

#include "consent/decision.h"
#include "ledger/record.h"

namespace consent::testing {

inline constexpr const char* kSite = "dialphone.com";

SubjectId subject(std::uint8_t number);

// A grant of everything in Germany; each call has an event of its own.
server::Record grant(std::uint8_t subject_number, std::chrono::milliseconds later = {});
server::Record withdrawal(std::uint8_t subject_number, std::chrono::milliseconds later = {});
// Nobody's.
server::Record refusal(std::chrono::milliseconds later = {});

}  // namespace consent::testing
