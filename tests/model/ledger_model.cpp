#include "model/ledger_model.h"

#include <algorithm>
#include <map>
#include <random>

#include "audit/ledger_audit.h"
#include "audit/tree_log.h"
#include "audit/zone_log.h"
#include "formats/uuid.h"
#include "ledger/envelope.h"
#include "ledger/key_rotation.h"
#include "ledger/ledger.h"
#include "ledger/ledger_check.h"
#include "ledger/record_payload.h"
#include "server/ledger/sample_record.h"
#include "support/fault_disk.h"
#include "support/temporary_directory.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;

namespace {

constexpr std::uint8_t kSubjects = 4;
constexpr int kSteps = 40;
constexpr unsigned kUntilPowerFails = 24;  // operations of the disk, at most
const Progress kUnwatched = [](std::uint64_t, std::uint64_t) {};

struct Entry {
  RecordKind kind = RecordKind::decision;
  std::optional<EventId> event;  // of decisions
  bool destroyed = false;        // superseded, and its payload gone
};

struct Person {
  std::vector<Entry> entries;
  RecordState state;
  bool legal_hold = false;
  bool erased() const { return state.hold == Hold::erased; }
  bool known() const { return !entries.empty(); }

  bool has_destroyed(const EventId& event) const {
    return std::any_of(entries.begin(), entries.end(),
                       [&](const Entry& one) { return one.destroyed && one.event == event; });
  }

  void add(const Record& record) {
    const bool decided = record.kind == RecordKind::decision;
    entries.push_back({record.kind, decided ? std::optional(record.event) : std::nullopt, false});
    state = apply(state, record);
  }
};

struct Model {
  std::map<std::uint8_t, Person> people;
  std::vector<Record> sent;  // decisions that were stored
  std::uint64_t refusals = 0;
};

std::string zone_of(const std::string& data_dir) { return zone_directory(data_dir, Zone::eu); }

std::unique_ptr<Ledger> open_ledger(const std::string& data_dir) {
  return open_sqlite_ledger(
      {.data_dir = data_dir, .zones = {Zone::eu}, .change_log = [data_dir](Zone) {
         return std::make_unique<TreeLog>(zone_of(data_dir));
       }});
}

Record record_of(RecordKind kind, TimePoint time) {
  Record record;
  record.kind = kind;
  record.time = time;
  return record;
}

class Run {
 public:
  explicit Run(std::uint64_t seed)
      : disk_(seed), random_(seed), data_dir_(directory_.path().string()) {
    ledger_ = open_ledger(data_dir_);
  }

  // What is wrong; empty: all agreed.
  std::string result() {
    for (int step = 0; step < kSteps && wrong_.empty(); ++step) {
      if (one_in(10)) disk_.lose_power_after(below(kUntilPowerFails));
      step_once();
      if (disk_.power_is_lost()) come_back();
    }
    if (wrong_.empty()) finish();
    return wrong_;
  }

  std::uint64_t crashes() const { return crashes_; }
  std::uint64_t stored_after_all() const { return stored_after_all_; }

 private:
  unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }
  bool one_in(unsigned n) { return below(n) == 0; }
  std::uint8_t someone() { return static_cast<std::uint8_t>(1 + below(kSubjects)); }
  TimePoint now() { return clock_ += std::chrono::seconds(1); }

  void expect(bool holds, const std::string& what) {
    if (!holds && wrong_.empty() && !disk_.power_is_lost()) wrong_ = what;
  }

  // Each operation writes what should be into `next_`; it is so when the disk did not fail.
  void step_once() {
    next_ = model_;
    switch (below(16)) {
      case 0:
      case 1:
      case 2:
      case 3:
        decide(fresh_decision(someone()));
        break;
      case 4:
        if (!model_.sent.empty()) decide(model_.sent[below(unsigned(model_.sent.size()))]);
        break;
      case 5:
      case 6:
        mark(someone());
        break;
      case 7:
        hold(someone());
        break;
      case 8:
      case 9:
        erase(someone());
        break;
      case 14:
      case 15:
        supersede(someone());
        break;
      case 10:
        refuse();
        break;
      case 11:
        sign();
        break;
      case 12:
        if (one_in(3)) rotate();
        break;
      default:
        if (one_in(3)) restart();
        break;
    }
    if (disk_.power_is_lost()) return;
    model_ = next_;
    expect(differs_from(model_).empty(), differs_from(model_));
  }

  Record fresh_decision(std::uint8_t who) {
    const auto later = now() - grant(who).time;
    Record record = one_in(2) ? grant(who, later) : withdrawal(who, later);
    if (one_in(3)) record.choices.set(Purpose::marketing, Choice::denied);
    return record;
  }

  void decide(const Record& record) {
    Person& person = next_.people[(*record.subject)[0]];
    const bool known = std::any_of(model_.sent.begin(), model_.sent.end(),
                                   [&](const Record& one) { return one.event == record.event; });
    const bool erased = person.erased() || person.has_destroyed(record.event);
    if (!known && !erased) {
      person.add(record);
      next_.sent.push_back(record);
    }
    const Appended done = ledger_->append(record);
    expect(!done.failure, "a decision failed");
    expect(done.erased == erased, "an erased one is not told, or another is");
    expect(done.repeated == (known && !erased), "a repeated event is not told, or a new one is");
    if (known && !erased) expect(done.record.choices == record.choices, "another record is told");
  }

  void mark(std::uint8_t who) {
    constexpr RecordKind kKinds[] = {RecordKind::restricted, RecordKind::objected,
                                     RecordKind::released};
    const RecordKind kind = kKinds[below(3)];
    const TimePoint time = now();
    Person& person = next_.people[who];
    const bool there = person.known() && !person.erased();
    if (there) person.add(record_of(kind, time));
    const Marked done = ledger_->mark(kSite, subject(who), kind, time);
    expect(!done.failure && done.found == there, "a right was not exercised as it should be");
  }

  void hold(std::uint8_t who) {
    const bool held = one_in(2);
    Person& person = next_.people[who];
    const bool there = person.known() && !person.erased();
    if (there) person.legal_hold = held;
    const Marked done = ledger_->set_legal_hold(kSite, subject(who), held, now());
    expect(!done.failure && done.found == there, "a legal hold did not begin or end");
  }

  void erase(std::uint8_t who) {
    const auto cause = one_in(2) ? ErasureCause::request : ErasureCause::retention;
    const TimePoint time = now();
    Person& person = next_.people[who];
    auto expected = Erasure::Outcome::not_found;
    if (person.known() && !person.erased()) {
      const bool frozen = person.legal_hold || (cause == ErasureCause::retention &&
                                                person.state.hold == Hold::restricted);
      expected = frozen ? Erasure::Outcome::frozen : Erasure::Outcome::erased;
    }
    if (expected == Erasure::Outcome::erased) person.add(record_of(RecordKind::erased, time));
    const Erasure done = ledger_->erase(kSite, subject(who), cause, time);
    expect(!done.failure && done.outcome == expected, "an erasure went otherwise");
  }

  // The payloads of as many of the oldest records as nothing depends on any more.
  void supersede(std::uint8_t who) {
    Person& person = next_.people[who];
    if (!person.known() || person.erased()) return;
    const auto seen = summary_of(who);
    auto records = ledger_->history(kSite, subject(who)).records;
    if (!seen || records.size() != person.entries.size()) {
      return expect(false, "a subject is not in the list, or not with its records");
    }
    const std::size_t count = below(static_cast<unsigned>(records.size()));
    for (std::size_t i = 0; i < count; ++i) records[i].erased = true;
    if (count == 0 || !follows(person.state, records, false)) return;
    const bool frozen = person.legal_hold || person.state.hold == Hold::restricted;
    for (std::size_t i = 0; !frozen && i < count; ++i) person.entries[i].destroyed = true;
    const Erasure done = ledger_->erase_superseded(*seen, records[count - 1].record.sequence);
    const auto expected = frozen ? Erasure::Outcome::frozen : Erasure::Outcome::erased;
    expect(!done.failure && done.outcome == expected, "superseded records went otherwise");
  }

  std::optional<SubjectSummary> summary_of(std::uint8_t who) {
    const ZoneKeys keys(Zone::eu, zone_keys_directory(data_dir_, Zone::eu), {},
                        MissingKeys::refuse);
    const LookupHash hash = subject_hash(keys, kSite, subject(who));
    for (const SubjectSummary& one : ledger_->subjects(Zone::eu, std::nullopt, kSubjects)) {
      if (one.place.hash == hash) return one;
    }
    return std::nullopt;
  }

  void refuse() {
    ++next_.refusals;
    expect(!ledger_->count_refusal(refusal(now() - refusal().time)).failure, "a refusal failed");
  }

  // A head once signed must be in the log after every loss of power.
  void sign() {
    try {
      ZoneLog(zone_of(data_dir_), "example.com/consent/eu").checkpoint();
    } catch (const std::exception& error) {
      expect(false, error.what());
    }
  }

  void rotate() {
    try {
      TreeLog log(zone_of(data_dir_));
      rotate_keys(data_dir_, Zone::eu, {}, log, kUnwatched, std::chrono::milliseconds(0));
    } catch (const std::exception& error) {
      expect(false, error.what());
    }
  }

  void restart() {
    ledger_.reset();
    try {
      ledger_ = open_ledger(data_dir_);
    } catch (const std::exception& error) {
      expect(false, error.what());
    }
  }

  // Either all of the operation that was interrupted is there, or nothing of it.
  void come_back() {
    ++crashes_;
    ledger_.reset();
    disk_.restore_power();
    restart();
    if (!wrong_.empty()) return;
    if (differs_from(next_).empty()) {
      model_ = next_;
      ++stored_after_all_;
      return;
    }
    expect(differs_from(model_).empty(), "after a loss of power: " + differs_from(model_));
  }

  std::string differs_from(const Model& model) {
    try {
      return difference_from(model);
    } catch (const std::exception& error) {
      return error.what();
    }
  }

  std::string difference_from(const Model& model) {
    for (const auto& [who, person] : model.people) {
      const std::string difference = differs_from(who, person);
      if (!difference.empty()) return "subject " + std::to_string(who) + ": " + difference;
    }
    SqliteConnection file(zone_file_path(data_dir_, Zone::eu), SqliteConnection::Mode::read_only);
    const auto held = std::count_if(model.people.begin(), model.people.end(), [](const auto& one) {
      return one.second.legal_hold && !one.second.erased();
    });
    if (file.integer("SELECT count(*) FROM subjects WHERE legal_hold = 1") != held) {
      return "another number of legal holds";
    }
    const auto refusals = file.integer("SELECT ifnull(sum(count), 0) FROM refusals");
    return refusals == static_cast<std::int64_t>(model.refusals) ? "" : "refusals were miscounted";
  }

  std::string differs_from(std::uint8_t who, const Person& person) {
    const auto read = ledger_->state_of(kSite, subject(who));
    if (read.failure) return read.failure->detail;
    if (read.state.hold != person.state.hold) return "another hold";
    if (!person.erased() && state_bytes(read.state) != state_bytes(person.state)) {
      return "another state";
    }
    const auto history = ledger_->history(kSite, subject(who));
    if (history.failure) return history.failure->detail;
    if (history.records.size() != person.entries.size()) return "more or fewer records";
    for (std::size_t i = 0; i < person.entries.size(); ++i) {
      const StoredRecord& stored = history.records[i];
      const Entry& entry = person.entries[i];
      if (stored.record.kind != entry.kind) return "another kind of record";
      if (stored.erased != (person.erased() || entry.destroyed))
        return "a payload that should (not) be there";
      if (!stored.erased && entry.event && stored.record.event != *entry.event) {
        return "another record";
      }
    }
    return "";
  }

  void finish() {
    disk_.keep_power();
    for (const Record& record : std::vector<Record>(model_.sent)) {
      next_ = model_;
      decide(record);
    }
    ledger_.reset();
    const AuditReport audit = audit_ledger(zone_of(data_dir_), {}, kUnwatched);
    expect(audit.failure.empty(), audit.failure);
    const ZoneKeys keys(Zone::eu, zone_keys_directory(data_dir_, Zone::eu), {},
                        MissingKeys::refuse);
    const LedgerCheck check = check_ledger(zone_of(data_dir_), Zone::eu, &keys, kUnwatched);
    expect(check.failure.empty(), check.failure);
  }

  TemporaryDirectory directory_;
  FaultDisk disk_;
  std::mt19937_64 random_;
  std::string data_dir_;
  TimePoint clock_ = grant(1).time;
  std::unique_ptr<Ledger> ledger_;
  Model model_;
  Model next_;
  std::string wrong_;
  std::uint64_t crashes_ = 0;
  std::uint64_t stored_after_all_ = 0;
};

}  // namespace

ModelRun consent::testing::run_ledger_model(std::uint64_t seed) {
  Run run(seed);
  const std::string wrong = run.result();
  return {.wrong = wrong, .crashes = run.crashes(), .kept = run.stored_after_all()};
}
