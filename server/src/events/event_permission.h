#pragma once
// Whether a visitor's events may be kept, and whose they are: the same answer for every way an
// event comes in.

#include <optional>

#include "consent/decision.h"
#include "consent/token.h"
#include "service.h"
#include "visitor/visitor_token.h"

namespace consent::server {

struct EventPermission {
  Reason reason = Reason::no_record;
  std::optional<SubjectId> subject;  // none: events get no visitor pseudonym
  PolicyVersion policy = 0;
};

// Decides for analytics, with the rules of the region where the visitor is now. Empty when the
// ledger cannot be read.
std::optional<EventPermission> permission_of(const Service& service,
                                             const PresentedToken& presented,
                                             const Visitor& visitor, TimePoint now);
std::optional<EventPermission> permission_of(const Service& service, const SubjectId& subject,
                                             const Visitor& visitor, TimePoint now);

}  // namespace consent::server
