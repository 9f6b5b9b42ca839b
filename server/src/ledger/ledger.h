#pragma once
// All records, the served notices they cite, and the counts of decisions that granted nothing.
// One writer with group commit behind it; readers never wait for the writer.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "failure_log.h"
#include "ledger/record.h"

namespace consent::server {

// What went wrong with storing: the message is for the operator's log and /readyz; it holds no
// visitor data.
struct StoreFailure {
  std::string detail;
};

struct Appended {
  Record record;          // with its sequence; of a repeated event, the first one
  bool repeated = false;  // the event was known already
  std::optional<StoreFailure> failure;
};

class Ledger {
 public:
  virtual ~Ledger() = default;
  // Returns once the record is durable (or has failed). Idempotent by `record.event`.
  virtual Appended append(Record record) = 0;
  // Adds one to the counter (day, site, regime, action). Durable on return. Nothing else of the
  // record is kept. Repeats of an event are recognised while the process lives, from memory only.
  virtual Appended count_refusal(Record record) = 0;
  // The fold of the subject's records; not recorded() when there are none. Never throws; a read
  // error is a failure, which callers answer with not allowed.
  struct StateRead {
    RecordState state;
    std::optional<StoreFailure> failure;
  };
  virtual StateRead state_of(const std::string& site, const SubjectId& subject) = 0;
  // The record of an event that was appended or counted before; empty when there is none.
  virtual std::optional<Record> find_event(const EventId& event) = 0;
  // The newest record of a subject; empty when there is none.
  virtual std::optional<Record> latest(const std::string& site, const SubjectId& subject) = 0;
  // Keeps a notice retrievable by its id. Cheap when it is known already.
  virtual std::optional<StoreFailure> keep_notice(const std::string& id,
                                                  const std::string& canonical_json) = 0;
  virtual std::optional<std::string> find_notice(const std::string& id) = 0;
  // For /readyz: writes and reads a probe row; empty when all is well.
  virtual std::optional<StoreFailure> probe() = 0;
};

// Opens or creates DIR/ledger.sqlite (WAL, synchronous=FULL). Throws std::runtime_error with a
// message for the operator when the directory cannot be written, the file is not ours, or its
// integrity check fails. Every later failure is reported, also where the answer does not show it.
std::unique_ptr<Ledger> open_sqlite_ledger(const std::string& data_dir, ReportFailure report = {});

}  // namespace consent::server
