#include "rights/restriction.h"

#include "ledger/ledger.h"
#include "site/site_policy.h"

namespace consent::server {

Restriction restrict_subject(const Service& service, const SubjectId& subject, bool restricted) {
  const std::string& site = service.site.site;
  const auto known = service.ledger.state_of(site, subject);
  if (known.failure) return {.found = false, .failed = true};
  if (!known.zone || known.state.hold == Hold::erased) return {};
  if ((known.state.hold == Hold::restricted) == restricted) return {.found = true, .failed = false};
  const RecordKind kind = restricted ? RecordKind::restricted : RecordKind::released;
  const Marked marked = service.ledger.mark(site, subject, kind, service.clock.now());
  return {.found = marked.found, .failed = marked.failure.has_value()};
}

}  // namespace consent::server
