#pragma once
// A grant as a site's visitors make them, for the benchmarks of ledger and log.

#include "ledger/record.h"

namespace consent::server {

inline constexpr const char* kBenchSite = "dialphone.com";

// Made now; event and record are new ones.
Record bench_record(const SubjectId& subject);

}  // namespace consent::server
