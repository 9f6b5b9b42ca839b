#pragma once
// Restriction of processing (GDPR art. 18): while it lasts nothing optional is allowed for the
// subject, and no retention period ends its records.

#include "consent/token.h"
#include "service.h"

namespace consent::server {

struct Restriction {
  bool found = false;   // the subject has records and is not erased
  bool failed = false;  // could not be stored; the same again
};

// Sets or lifts it; what is so already is left, without another record. Durable on return, and seen
// by the next check.
Restriction restrict_subject(const Service& service, const SubjectId& subject, bool restricted);

}  // namespace consent::server
