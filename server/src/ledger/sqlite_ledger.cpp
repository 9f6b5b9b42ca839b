#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "ledger/directory_lock.h"
#include "ledger/kept_notices.h"
#include "ledger/ledger.h"
#include "ledger/recent_refusals.h"
#include "ledger/record_writing.h"
#include "ledger/sqlite_copies.h"
#include "ledger/sqlite_requests.h"
#include "ledger/state_cache.h"
#include "ledger/subject_list.h"
#include "ledger/zone_stores.h"
#include "process/file_descriptor.h"

namespace consent::server {
namespace {

constexpr std::size_t kCachedStatesMax = 1 << 21;  // at most 135 MB, when all are in use

class SqliteLedger final : public Ledger {
 public:
  SqliteLedger(FileDescriptor lock, const LedgerOptions& options)
      : lock_(std::move(lock)),
        cache_(kCachedStatesMax),
        stores_(options, cache_, refusals_),
        copies_(stores_, options.read_only) {}
  // Tasks that end may begin others: every store is there until the last one has ended.
  ~SqliteLedger() override { stores_.close(); }
  SqliteLedger(const SqliteLedger&) = delete;
  SqliteLedger& operator=(const SqliteLedger&) = delete;

  bool holds(Zone zone) const override { return stores_.find(zone) != nullptr; }

  Appended append(Record record) override {
    return wait_for_append([&](Done done) { append(std::move(record), std::move(done)); });
  }
  Appended count_refusal(Record record) override {
    return wait_for_append([&](Done done) { count_refusal(std::move(record), std::move(done)); });
  }
  void append(Record record, Done done) override {
    writing_.start(WriteTask::Kind::record, std::move(record), std::move(done));
  }
  void count_refusal(Record record, Done done) override {
    writing_.start(WriteTask::Kind::refusal, std::move(record), std::move(done));
  }
  void append_first(Record record, Done done) override {
    writing_.start(WriteTask::Kind::record, std::move(record), std::move(done), true);
  }

  StateRead state_of(const std::string& site, const SubjectId& subject) override {
    const StateCache::Lookup lookup = cache_.find(site, subject);
    if (lookup.state) return known(lookup);
    return read_state(site, subject, lookup.generation);
  }

  void states_of(const std::string& site, std::span<const SubjectId> subjects,
                 std::span<StateRead> states) override {
    std::vector<StateCache::Lookup> found(subjects.size());
    cache_.find_all(site, subjects, found);
    for (std::size_t i = 0; i < found.size(); ++i) {
      states[i] =
          found[i].state ? known(found[i]) : read_state(site, subjects[i], found[i].generation);
    }
  }

  bool states_in_memory(const std::string& site, std::span<const SubjectId> subjects,
                        std::span<StateRead> states) override {
    for (std::size_t i = 0; i < subjects.size(); ++i) {
      const StateCache::Lookup found = cache_.find(site, subjects[i]);
      if (!found.state) return false;
      states[i] = known(found);
    }
    return true;
  }

  std::optional<Record> find_event(const EventId& event) override {
    if (auto record = refusals_.find(event)) return record;
    return stores_.first<Record>(
        [&](ZoneStore& store) { return store.readers().find_event(event); });
  }

  std::optional<Record> latest(const std::string& site, const SubjectId& subject) override {
    return stores_.first<Record>([&](ZoneStore& store) {
      return store.readers().newest_decision(subject_hash(store.keys(), site, subject));
    });
  }

  History history(const std::string& site, const SubjectId& subject) override {
    History all;
    for (const auto& store : stores_) add_history(place_of(store->zone(), site, subject), all);
    return all;
  }

  History history(const SubjectPlace& place) override {
    History all;
    add_history(place, all);
    return all;
  }

  Marked mark(const std::string& site, const SubjectId& subject, RecordKind right,
              TimePoint now) override {
    WriteTask task(WriteTask::Kind::mark);
    task.record = mark_of(right, site, subject, now);
    return change(task, site, subject);
  }

  Marked set_legal_hold(const std::string& site, const SubjectId& subject, bool held,
                        TimePoint now) override {
    WriteTask task(WriteTask::Kind::legal_hold);
    task.held = held;
    task.record = mark_of(RecordKind::restricted, site, subject, now);
    return change(task, site, subject);
  }

  Erasure erase(const std::string& site, const SubjectId& subject, ErasureCause cause,
                TimePoint now) override {
    const StateRead read = state_of(site, subject);
    if (read.failure) return {.failure = read.failure};
    if (!read.zone) return {.outcome = Erasure::Outcome::not_found};
    return erase(place_of(*read.zone, site, subject), cause, now);
  }

  Erasure erase(const SubjectPlace& place, ErasureCause cause, TimePoint now) override {
    WriteTask task(WriteTask::Kind::erase);
    task.cause = cause;
    return erase(task, place, now);
  }

  Erasure erase_over(const SubjectSummary& seen, TimePoint now) override {
    return erase(WriteTask::Kind::erase, seen, 0, now);
  }

  Erasure erase_superseded(const SubjectSummary& seen, std::uint64_t up_to) override {
    return erase(WriteTask::Kind::erase_superseded, seen, up_to, {});
  }

  ExpiredEntries expired_entries(Zone zone, std::uint64_t after, const IsOver& is_over,
                                 std::size_t limit) override {
    return rows_of(
        zone, [&](StoredRows& rows) { return find_expired_entries(rows, after, is_over, limit); });
  }

  EntriesDestroyed destroy_entries(Zone zone, std::vector<ExpiredEntry> entries) override {
    WriteTask task(WriteTask::Kind::destroy_entries);
    task.cause = ErasureCause::retention;
    task.entries = std::move(entries);
    write(task, zone);
    return {.entries = task.destroyed, .failure = task.failure};
  }
  bool empty_log(Zone zone) override {
    WriteTask task(WriteTask::Kind::empty_log);
    write(task, zone);
    return !task.failure && task.log_emptied;
  }

  std::vector<SubjectSummary> subjects(Zone zone, const std::optional<SubjectPlace>& after,
                                       std::size_t limit) override {
    return rows_of(zone, [&](StoredRows& rows) { return read_subjects(rows, zone, after, limit); });
  }

  std::vector<RecordDay> record_days(Zone zone) override {
    return rows_of(zone, [](StoredRows& rows) { return read_record_days(rows.connection()); });
  }
  std::optional<StoreFailure> keep_record_days(Zone zone, std::vector<RecordDay> days) override {
    WriteTask task(WriteTask::Kind::record_days);
    task.days = std::move(days);
    return write(task, zone);
  }
  SubjectsOfRecords subjects_of_records(Zone zone, std::uint64_t after, std::uint64_t last,
                                        std::size_t limit) override {
    return rows_of(zone, [&](StoredRows& rows) {
      return read_subjects_of_records(rows, zone, after, last, limit);
    });
  }

  std::vector<StateChange> changes(Zone zone, std::uint64_t after, std::size_t limit) override {
    return rows_of(zone, [&](StoredRows& rows) { return read_changes(rows, zone, after, limit); });
  }

  std::optional<RecordId> record_at(Zone zone, std::uint64_t sequence) override {
    return rows_of(zone, [&](StoredRows& rows) -> std::optional<RecordId> {
      const auto row = rows.record_at(static_cast<std::int64_t>(sequence));
      return row ? std::optional(row->id) : std::nullopt;
    });
  }

  ChangeSignal& change_signal() override { return signal_; }

  void keep_notice(Zone zone, const std::string& id, const std::string& canonical_json,
                   NoticeKept kept) override {
    if (kept_notices_.has(zone, id)) return kept({});
    ZoneStore* const store = stores_.find(zone);
    if (store == nullptr) return kept(not_held(zone));
    const auto task = std::make_shared<WriteTask>(notice_task(zone, id, canonical_json));
    task->finished = [this, task, zone, kept = std::move(kept)] {
      ended(*task);
      if (!task->failure) kept_notices_.add(zone, task->notice_id);
      kept(task->failure);
    };
    store->start(*task);
  }

  std::optional<std::string> find_notice(const std::string& id) override {
    return stores_.first<std::string>(
        [&](ZoneStore& store) { return store.readers().find_notice(id); });
  }

  std::optional<StoreFailure> log(const LogEntry& entry) override {
    WriteTask task(WriteTask::Kind::log);
    task.entry = entry;
    return write(task, entry.zone);
  }

  RequestRegister& requests() override { return requests_; }
  RecordCopies& copies() override { return copies_; }

  void count_serving(Zone zone, const Serving& serving) override {
    ZoneStore* const store = stores_.find(zone);
    (store == nullptr ? **stores_.begin() : *store).count_serving(serving);
  }

  std::vector<ConsentCount> consent_counts(const std::string& site, Date from, Date to) override {
    std::vector<ConsentCount> all;
    for (const auto& store : stores_) {
      const auto counts = rows_of(store->zone(), [&](StoredRows& rows) {
        return read_consent_counts(rows.connection(), site, from, to);
      });
      all.insert(all.end(), counts.begin(), counts.end());
    }
    return all;
  }

  std::optional<StoreFailure> probe() override {
    for (const auto& store : stores_) {
      if (auto failure = store->file_check().failure()) return failure;
      WriteTask task(WriteTask::Kind::probe);
      write(task, store->zone());
      if (task.failure) return task.failure;
    }
    return std::nullopt;
  }

  std::vector<Zone> zones_being_checked() override {
    std::vector<Zone> zones;
    for (const auto& store : stores_) {
      if (store->file_check().is_running()) zones.push_back(store->zone());
    }
    return zones;
  }

 private:
  static StateRead known(const StateCache::Lookup& found) {
    return {.state = *found.state, .zone = found.zone, .failure = {}};
  }

  // What is read of a zone's rows; nothing where it is not held.
  template <typename Read>
  std::invoke_result_t<Read, StoredRows&> rows_of(Zone zone, Read read) const {
    std::invoke_result_t<Read, StoredRows&> answer{};
    if (ZoneStore* const store = stores_.find(zone)) {
      store->readers().with_rows([&](SqliteConnection&, StoredRows& rows) { answer = read(rows); });
    }
    return answer;
  }

  // From the files, into memory.
  StateRead read_state(const std::string& site, const SubjectId& subject,
                       std::uint64_t generation) {
    StateRead read;
    for (const auto& store : stores_) {
      try {
        const auto state = store->readers().state_of(subject_hash(store->keys(), site, subject));
        if (state) read = {.state = *state, .zone = store->zone(), .failure = {}};
      } catch (const std::exception& error) {
        return {.state = {}, .zone = {}, .failure = stores_.unreadable(*store, error)};
      }
      if (read.zone) break;
    }
    cache_.put(site, subject, read.state, read.zone, generation);
    return read;
  }

  void add_history(const SubjectPlace& place, History& all) const {
    ZoneStore& store = *stores_.find(place.zone);
    try {
      auto records = store.readers().history(place.hash);
      std::move(records.begin(), records.end(), std::back_inserter(all.records));
    } catch (const std::exception& error) {
      all.failure = stores_.unreadable(store, error);
    }
  }

  SubjectPlace place_of(Zone zone, const std::string& site, const SubjectId& subject) const {
    return {zone, subject_hash(stores_.find(zone)->keys(), site, subject)};
  }

  std::optional<StoreFailure> write(WriteTask& task, Zone zone) {
    ZoneStore* const store = stores_.find(zone);
    if (store == nullptr) {
      task.failure = not_held(zone);
    } else {
      store->run(task);
    }
    ended(task);
    return task.failure;
  }

  void ended(const WriteTask& task) {
    if (task.failure) stores_.report(*task.failure);
    if (!task.failure && task.changes_state()) signal_.raise();
  }

  Erasure erase(WriteTask::Kind kind, const SubjectSummary& seen, std::uint64_t up_to,
                TimePoint now) {
    WriteTask task(kind);
    task.cause = ErasureCause::retention;
    task.newest = static_cast<std::int64_t>(seen.newest);
    task.up_to = static_cast<std::int64_t>(up_to);
    return erase(task, seen.place, now);
  }

  Erasure erase(WriteTask& task, const SubjectPlace& place, TimePoint now) {
    task.place = place;
    task.record = mark_of(RecordKind::erased, "", std::nullopt, now);
    task.record.zone = place.zone;
    const auto pass = copies_.begin_erasure();
    if (const auto failure = write(task, place.zone)) return {.failure = failure};
    copies_.finish_erasure(place, task.cause, task.erasure);
    return std::move(task.erasure);
  }

  Marked change(WriteTask& task, const std::string& site, const SubjectId& subject) {
    const StateRead read = state_of(site, subject);
    if (read.failure) return {.failure = read.failure};
    if (!read.zone) return {};
    task.place = place_of(*read.zone, site, subject);
    task.record.zone = *read.zone;
    write(task, *read.zone);
    return {.found = task.found, .record = std::move(task.record), .failure = task.failure};
  }

  FileDescriptor lock_;
  StateCache cache_;
  RecentRefusals refusals_;
  KeptNotices kept_notices_;
  ChangeSignal signal_;
  ZoneStores stores_;  // their threads use the others
  RecordWriting writing_{stores_, refusals_, [this](const WriteTask& task) { ended(task); }};
  SqliteRequests requests_{stores_};
  SqliteCopies copies_;
};

}  // namespace

std::unique_ptr<Ledger> open_sqlite_ledger(LedgerOptions options) {
  if (options.zones.empty()) throw std::runtime_error("a ledger needs at least one zone");
  if (options.read_only) return std::make_unique<SqliteLedger>(FileDescriptor(), options);
  make_data_directory(options.data_dir);
  // Two services on one ledger would not see each other's withdrawals in memory.
  FileDescriptor lock = lock_directory(options.data_dir);
  return std::make_unique<SqliteLedger>(std::move(lock), options);
}

}  // namespace consent::server
