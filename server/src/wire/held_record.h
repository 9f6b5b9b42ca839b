#pragma once
// A stored record as its data subject and the privacy office read it: whole.

#include "ledger/record.h"
#include "wire/json_document.h"

namespace consent::server {

// A decision: what POST /v1/consents answered, with `kind` and `evidence`. A right that was
// exercised: id, sequence, kind and time. Of what is erased: the same, and that it is erased.
JsonValue held_record_json(const StoredRecord& stored);

// Of a decision, or of an objection, which denies as one.
JsonValue decided_json(const Record& record);

}  // namespace consent::server
