#pragma once
// What the log says of the service itself: its configuration, each version of the site's promises
// with the notices that go with it, and the files that visitors' browsers load. So that it can be
// shown later which banner was served when (R4 of the regulators' list; CNIL's suggested proof).

#include <string>
#include <vector>

#include "audit/zone_logs.h"
#include "ledger/ledger.h"
#include "site/notice.h"
#include "site/site_policy.h"
#include "site/web_files.h"

namespace consent::server {

struct PublicFact {
  LogKind kind = LogKind::configuration;
  std::string detail;  // RFC 8785 JSON
};

// `program` is the version of this program. No file without one: no banner is served.
std::vector<PublicFact> public_facts(const SitePolicy& site, const NoticeBook& notices,
                                     const WebFiles& files, std::string_view program);

// Appends to the log of every held zone those facts that are not the newest of their kind there (of
// a policy: of its version). Durable on return; throws std::runtime_error when they cannot be.
void log_facts(const std::vector<PublicFact>& facts, Ledger& ledger, const ZoneLogs& logs,
               TimePoint now);

}  // namespace consent::server
