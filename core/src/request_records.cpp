#include "consent/request_records.h"

namespace consent {
namespace {

constexpr RequestRecords kRecords[] = {
#define CONSENT_REQUEST_RECORDS(regime, months, source) {RegimeId::regime, months, source},
#include "request_records.inc"
#undef CONSENT_REQUEST_RECORDS
};

consteval bool every_row_says_how_long_and_why() {
  for (const RequestRecords& row : kRecords) {
    if (row.months == 0 || row.months > 120 || row.source.empty()) return false;
  }
  return true;
}
static_assert(every_row_says_how_long_and_why(), "request_records.inc: a row says nothing");

}  // namespace

std::span<const RequestRecords> all_request_records() { return kRecords; }

RequestRecords request_records_of(RegimeId regime) {
  for (const RequestRecords& row : kRecords) {
    if (row.regime == regime) return row;
  }
  return {.regime = regime, .months = 0, .source = {}};
}

}  // namespace consent
