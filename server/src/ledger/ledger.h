#pragma once
// All records, the notices they cite, and the counts of what leaves no record. Each zone has a file
// and keys of its own under DIR/zones/; a process holds some of the zones, and nothing goes from
// one to another but copies that the site asks for (record_copies.h). One writer a zone with group
// commit behind it; readers never wait for a writer.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "keys/zone_keys.h"
#include "ledger/appended.h"
#include "ledger/change_log.h"
#include "ledger/change_signal.h"
#include "ledger/consent_counts.h"
#include "ledger/entry_expiry.h"
#include "ledger/erasure.h"
#include "ledger/record.h"
#include "ledger/record_days.h"
#include "ledger/serving.h"
#include "ledger/state_change.h"
#include "telemetry/failure_log.h"

namespace consent::server {

class RecordCopies;
class RequestRegister;

class Ledger {
 public:
  virtual ~Ledger() = default;
  virtual bool holds(Zone zone) const = 0;

  // Stores in record.zone, which must be held. Returns once the record is durable (or has failed).
  // Idempotent by `record.event`.
  virtual Appended append(Record record) = 0;
  // Adds one to the counter (day, site, regime, action) of record.zone. Durable on return. Nothing
  // else of the record is kept. Repeats of an event are recognised while the process lives, from
  // memory only.
  virtual Appended count_refusal(Record record) = 0;

  // Both for who does not wait. `done` is called once, when the other would return, on the writer's
  // thread or on this one: it must be quick, and must not throw.
  using Done = std::function<void(Appended appended)>;
  virtual void append(Record record, Done done) { done(append(std::move(record))); }
  virtual void count_refusal(Record record, Done done) { done(count_refusal(std::move(record))); }
  // The same as append() of a subject that no held zone may have a record of, erased ones included:
  // else nothing is stored, and the answer says `taken`.
  virtual void append_first(Record record, Done done) = 0;

  // The fold of the subject's records, from whichever held zone has them; neither recorded() nor
  // held when there are none. Never throws; a read error is a failure, which callers answer with
  // not allowed.
  struct StateRead {
    RecordState state;
    std::optional<Zone> zone = {};  // empty: there are none
    std::optional<StoreFailure> failure = {};
  };
  virtual StateRead state_of(const std::string& site, const SubjectId& subject) = 0;
  // The same for many, into as many; faster than one by one.
  virtual void states_of(const std::string& site, std::span<const SubjectId> subjects,
                         std::span<StateRead> states) {
    for (std::size_t i = 0; i < subjects.size(); ++i) states[i] = state_of(site, subjects[i]);
  }
  // The same from memory alone, without waiting for a file; false when one of them is not there.
  virtual bool states_in_memory(const std::string&, std::span<const SubjectId>,
                                std::span<StateRead>) {
    return false;
  }
  // The record of an event that was appended or counted before; empty when there is none, or it is
  // erased.
  virtual std::optional<Record> find_event(const EventId& event) = 0;
  // The newest decision of a subject; empty when there is none.
  virtual std::optional<Record> latest(const std::string& site, const SubjectId& subject) = 0;
  // Everything of a subject that is stored, oldest first. Of an erased one what is left.
  struct History {
    std::vector<StoredRecord> records;
    std::optional<StoreFailure> failure;
  };
  virtual History history(const std::string& site, const SubjectId& subject) = 0;
  virtual History history(const SubjectPlace& place) = 0;

  // Appends a restriction or a release to the subject's records. Durable on return,
  // and seen by the next read.
  virtual Marked mark(const std::string& site, const SubjectId& subject, RecordKind right,
                      TimePoint now) = 0;
  virtual Marked set_legal_hold(const std::string& site, const SubjectId& subject, bool held,
                                TimePoint now) = 0;
  // Destroys the subject's data key, state and payloads; keeps commitments and ciphertext hashes,
  // and a tombstone under the lookup hash so that a check answers `erased`. On return the bytes are
  // overwritten in the database file (secure_delete), and the write-ahead log is cut to nothing.
  virtual Erasure erase(const std::string& site, const SubjectId& subject, ErasureCause cause,
                        TimePoint now) = 0;
  virtual Erasure erase(const SubjectPlace& place, ErasureCause cause, TimePoint now) = 0;
  // Because its period is over, by what `seen` says: `changed` when something was recorded since.
  // Its bytes leave the write-ahead log with empty_log(), at the latest with the next pause.
  virtual Erasure erase_over(const SubjectSummary& seen, TimePoint now) = 0;
  // The same of the payloads up to that sequence alone: the subject, its state and its data key
  // go on.
  virtual Erasure erase_superseded(const SubjectSummary& seen, std::uint64_t up_to) = 0;
  // Of a held zone, behind that sequence; see find_expired_entries(). Throws std::runtime_error
  // when the file cannot be read.
  virtual ExpiredEntries expired_entries(Zone zone, std::uint64_t after, const IsOver& is_over,
                                         std::size_t limit) = 0;
  // Destroys entries of the log that are over. Durable on return.
  virtual EntriesDestroyed destroy_entries(Zone zone, std::vector<ExpiredEntry> entries) = 0;
  // Cuts the write-ahead log to nothing. False when it cannot be now.
  virtual bool empty_log(Zone zone) = 0;
  // Subjects that are not erased, in the order of their hashes, behind `after`: for sweeps. At most
  // `limit`; none left when it answers fewer. Throws std::runtime_error when the file cannot be
  // read.
  virtual std::vector<SubjectSummary> subjects(Zone zone, const std::optional<SubjectPlace>& after,
                                               std::size_t limit) = 0;

  // The days of a held zone's records, in order, also of those that came since they were kept;
  // and what keeps them. Throws std::runtime_error when the file cannot be read.
  virtual std::vector<RecordDay> record_days(Zone zone) = 0;
  virtual std::optional<StoreFailure> keep_record_days(Zone zone, std::vector<RecordDay> days) = 0;
  // Subjects that are not erased, of the records behind that sequence up to `last` whose payload is
  // there: one for each record. Looks at `limit` records at most. Throws like subjects().
  virtual SubjectsOfRecords subjects_of_records(Zone zone, std::uint64_t after, std::uint64_t last,
                                                std::size_t limit) = 0;

  // Changes of all subjects of a held zone, in order, behind the one of that sequence (0: from the
  // first one); at most `limit`. Throws std::runtime_error when the file cannot be read.
  virtual std::vector<StateChange> changes(Zone zone, std::uint64_t after, std::size_t limit) = 0;
  // The id of the record of that sequence; empty when there is none. Throws like changes().
  virtual std::optional<RecordId> record_at(Zone zone, std::uint64_t sequence) = 0;
  // Raised once a change is seen by the next read.
  virtual ChangeSignal& change_signal() = 0;

  // Keeps a notice retrievable by its id, in this zone. Cheap when it is known already. `kept` is
  // called as the `done` of append() is.
  using NoticeKept = std::function<void(const std::optional<StoreFailure>& failure)>;
  virtual void keep_notice(Zone zone, const std::string& id, const std::string& canonical_json,
                           NoticeKept kept) = 0;
  virtual std::optional<std::string> find_notice(const std::string& id) = 0;
  // Brings an entry to the zone's ChangeLog that is no change of the ledger's own. Durable on
  // return.
  virtual std::optional<StoreFailure> log(const LogEntry& entry) = 0;
  virtual RequestRegister& requests() = 0;
  virtual RecordCopies& copies() = 0;
  // Counts a served notice. Kept in memory and written with the next transaction, at the latest
  // after some seconds: a crash costs those.
  virtual void count_serving(Zone zone, const Serving& serving) = 0;
  // What the held zones count of a site's notices and decisions, from one day to another, both
  // included; a cell of two zones comes twice. Throws std::runtime_error when a file cannot be
  // read.
  virtual std::vector<ConsentCount> consent_counts(const std::string& site, Date from, Date to) = 0;

  // For /readyz: writes and reads a probe row in each held zone; empty when all is well. What a
  // check of a large file has found stays a failure.
  virtual std::optional<StoreFailure> probe() = 0;
  // Zones whose file is large, and is still being read through since the start.
  virtual std::vector<Zone> zones_being_checked() = 0;
};

struct LedgerOptions {
  std::string data_dir;
  std::vector<Zone> zones = {Zone::eu, Zone::us};  // held by this process
  KeySource keys = {};
  ReportFailure report = {};      // every later failure, also where the answer does not show it
  MakeChangeLog change_log = {};  // none: changes are not logged
  // A larger file is checked after the start, in the background, so that the start takes seconds.
  std::uint64_t checked_at_start_max = 64 * 1024 * 1024;
  // Beside a running service: nothing is locked, checked or changed, and what would write fails.
  bool read_only = false;
};

// Opens or creates DIR/zones/<zone>/ledger.sqlite (WAL, synchronous=FULL) and the zone's keys.
// Throws std::runtime_error with a message for the operator when the directory cannot be written, a
// file is not ours, its keys are missing, or its integrity check fails.
std::unique_ptr<Ledger> open_sqlite_ledger(LedgerOptions options);

std::string zone_directory(const std::string& data_dir, Zone zone);       // DIR/zones/eu
std::string zone_file_path(const std::string& data_dir, Zone zone);       // .../ledger.sqlite
std::string zone_keys_directory(const std::string& data_dir, Zone zone);  // .../keys

}  // namespace consent::server
