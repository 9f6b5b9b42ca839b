#pragma once
// An objection (GDPR art. 21): a record of the subject that denies everything optional, whatever it
// was based on. It folds as a withdrawal does.

#include <string>

#include "ledger/ledger.h"
#include "service.h"

namespace consent::server {

struct Objection {
  bool failed = false;  // could not be stored; the same again
};

// `known` is of the subject and has a zone; `origin` is the page's. One that changes nothing leaves
// no record.
Objection object_to(const Service& service, const SubjectId& subject,
                    const Ledger::StateRead& known, std::string origin);

}  // namespace consent::server
