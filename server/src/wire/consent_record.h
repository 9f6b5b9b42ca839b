#pragma once
// A record as POST /v1/consents answers it.

#include <string>
#include <string_view>

#include "ledger/record.h"
#include "wire/json_document.h"

namespace consent::server {

// {"analytics": "granted", ...}; without purposes that were not asked
JsonValue choices_json(Choices choices);

// {"country": "US" or null, "subdivision": "US-CA" or null}
JsonValue region_json(const Region& region);

JsonValue record_json(const Record& record);

// {"record": {...}, "token": "..."}, the record as record_json() has it.
std::string recorded_text(const Record& record, std::string_view token);

}  // namespace consent::server
