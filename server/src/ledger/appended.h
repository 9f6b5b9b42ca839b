#pragma once
// What became of a record that was to be stored.

#include <optional>

#include "ledger/erasure.h"
#include "ledger/record.h"

namespace consent::server {

struct Appended {
  Record record;          // with its sequence; of a repeated event, the first one
  bool repeated = false;  // the event was known already
  bool erased = false;    // nothing was stored: the event, or its subject, has been erased
  bool taken = false;     // nothing was stored: of append_first(), the subject is not new
  std::optional<StoreFailure> failure;
  std::optional<RecordState> state = {};  // the subject's, with a record that was stored now
};

struct Marked {
  bool found = false;  // the subject has records and is not erased
  Record record = {};
  std::optional<StoreFailure> failure = {};
};

}  // namespace consent::server
