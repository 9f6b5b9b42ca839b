#include "consent/request_records.h"

#include <algorithm>
#include <string>

#include "support/catch.h"

using consent::all_request_records;
using consent::RegimeId;
using consent::request_records_of;

TEST_CASE("California and Colorado have requests kept on record for 24 months") {
  CHECK(request_records_of(RegimeId::us_ca_ccpa).months == 24);
  CHECK(request_records_of(RegimeId::us_ca_ccpa).source == "11 CCR 7101");
  CHECK(request_records_of(RegimeId::us_co_cpa).months == 24);
  CHECK(request_records_of(RegimeId::us_co_cpa).source == "4 CCR 904-3 rule 6.11");
}

TEST_CASE("the GDPR and the laws that follow it name no time") {
  for (const RegimeId regime : {RegimeId::eu_gdpr, RegimeId::uk_gdpr, RegimeId::gdpr_equivalent}) {
    CHECK(request_records_of(regime).months == 0);
    CHECK(request_records_of(regime).source.empty());
  }
}

TEST_CASE("where the region or the state is not known, it may be one that names the longest time") {
  std::uint8_t longest = 0;
  for (const auto& row : all_request_records()) longest = std::max(longest, row.months);
  for (const RegimeId regime : {RegimeId::unknown, RegimeId::us_union, RegimeId::us_none}) {
    CAPTURE(std::string(consent::to_text(regime)));
    CHECK(request_records_of(regime).months == longest);
  }
}
