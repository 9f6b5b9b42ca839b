#pragma once
// How long the record of a data subject's request is kept at least once it is closed, where a law
// names a time. Data for the privacy office's side of the service; the browser does not carry it.
// Table: request_records.inc.

#include <cstdint>
#include <span>
#include <string_view>

#include "consent/ruleset.h"

namespace consent {

struct RequestRecords {
  RegimeId regime = RegimeId::unknown;
  std::uint8_t months = 0;  // from the end of the request; 0: the law names no time
  std::string_view source;  // of the rule; "" where there is none
};

// Those that name a time.
std::span<const RequestRecords> all_request_records();

// Total: 0 months for a regime that names none.
RequestRecords request_records_of(RegimeId regime);

}  // namespace consent
