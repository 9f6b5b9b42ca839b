#include "model/ledger_model.h"

#include <algorithm>
#include <map>
#include <random>

#include "audit/ledger_audit.h"
#include "audit/tree_log.h"
#include "audit/zone_log.h"
#include "consent/decision.h"
#include "events/event_sink.h"
#include "formats/uuid.h"
#include "ledger/envelope.h"
#include "ledger/key_rotation.h"
#include "ledger/ledger.h"
#include "ledger/ledger_check.h"
#include "ledger/record_payload.h"
#include "rights/retention_sweep.h"
#include "server/ledger/sample_record.h"
#include "site/site_policy.h"
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

// The shortest there is, so that grants, denials and superseded records are over at different times
// of one run.
constexpr std::chrono::days kPeriod{30};

struct Entry {
  Record record;
  std::optional<EventId> event;  // of decisions
  bool destroyed = false;        // superseded, and its payload gone
  RecordKind kind() const { return record.kind; }
};

// What a sweep is to say.
struct Swept {
  std::uint64_t destroyed = 0;
  std::uint64_t frozen = 0;
  std::uint64_t renewed = 0;
  std::uint64_t superseded = 0;
  friend bool operator==(const Swept&, const Swept&) = default;
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
    entries.push_back({record, decided ? std::optional(record.event) : std::nullopt, false});
    state = apply(state, record);
  }

  // A sweep's work on this one.
  void sweep(TimePoint now, Swept& swept) {
    if (!known() || erased()) return;
    const bool frozen = legal_hold || state.hold == Hold::restricted;
    const TimePoint decided = state.decided_at;
    const TimePoint until = state.choices.any_granted() ? decided + kConsentLifetime : decided;
    const bool over = until + kPeriod <= now;
    std::vector<Entry*> old;
    if (!over) old = superseded(now);
    if (!over && old.empty()) return;
    if (frozen) {
      ++swept.frozen;
    } else if (over) {
      ++swept.destroyed;
      Record tombstone;
      tombstone.kind = RecordKind::erased;
      tombstone.time = now;
      add(tombstone);
    } else {
      ++swept.renewed;
      swept.superseded += old.size();
      for (Entry* const one : old) one->destroyed = true;
    }
  }

 private:
  // The oldest that are there, each relied on until the next one came or its grant expired; never
  // so many that what is left says something else.
  std::vector<Entry*> superseded(TimePoint now) {
    std::vector<Entry*> there;
    for (Entry& one : entries) {
      if (!one.destroyed) there.push_back(&one);
    }
    std::size_t count = 0;
    while (count + 1 < there.size()) {
      const Record& record = there[count]->record;
      TimePoint until = there[count + 1]->record.time;
      const bool grants = record.kind == RecordKind::decision && record.choices.any_granted();
      if (grants && record.expires_at < until) until = record.expires_at;
      if (until + kPeriod > now) break;
      ++count;
    }
    while (count > 0 && !is_kept_by(std::span(there).subspan(count))) --count;
    there.resize(count);
    return there;
  }

  bool is_kept_by(std::span<Entry* const> left) const {
    RecordState folded;
    for (const Entry* const one : left) folded = apply(folded, one->record);
    folded.denied_event_ms = std::max(folded.denied_event_ms, state.denied_event_ms);
    return folded.hold == state.hold && state_bytes(folded) == state_bytes(state);
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

// A sweep takes care of events, too: here are none.
class NoEvents final : public EventSink {
 public:
  std::optional<SinkFailure> read_day(Date,
                                      const std::function<void(std::string_view)>&) const override {
    return std::nullopt;
  }
  std::optional<SinkFailure> append(std::span<const PseudonymisedEvent>, TimePoint) override {
    return std::nullopt;
  }
  std::optional<SinkFailure> read(Date,
                                  const std::function<void(std::string_view)>&) const override {
    return std::nullopt;
  }
  Removal remove(std::span<const Pseudonym>, Date) override { return {}; }
  std::vector<Date> days() const override { return {}; }
  Removal remove_day(Date) override { return {}; }
  std::optional<SinkFailure> probe() override { return std::nullopt; }
};

struct StoppedClock final : Clock {
  explicit StoppedClock(TimePoint time) : time_(time) {}
  TimePoint now() const override { return time_; }
  TimePoint time_;
};

SitePolicy swept_site() {
  SitePolicy site = load_site_policy(bundled_site_policy()).policy;
  site.retention.consent_records = {kPeriod.count(), RetentionUnit::days};
  return site;
}

class Run {
 public:
  Run(std::uint64_t seed, const SitePolicy& site)
      : disk_(seed), random_(seed), data_dir_(directory_.path().string()), site_(site) {
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
  const Swept& swept() const { return swept_; }

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
    in_parts_ = false;
    switch (below(20)) {
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
      case 16:
      case 17:
        clock_ += std::chrono::hours(24 * below(160));
        if (one_in(2)) break;
        [[fallthrough]];
      case 18:
      case 19:
        sweep();
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

  // A dry run says what the sweep then does.
  void sweep() {
    in_parts_ = true;
    const StoppedClock clock(now());
    Swept expected;
    for (auto& [who, person] : next_.people) person.sweep(clock.now(), expected);
    for (const SweepMode mode : {SweepMode::dry_run, SweepMode::destroy}) {
      const SweepReport report = sweep_retention({.site = site_,
                                                  .clock = clock,
                                                  .ledger = *ledger_,
                                                  .sink = no_events_,
                                                  .program = "model"},
                                                 mode, [] { return false; }, {});
      const ZoneSweep& zone = report.zones.at(0);
      expect(report.failure.empty(), "a sweep failed: " + report.failure);
      expect(
          Swept{zone.destroyed, zone.frozen, zone.renewed, zone.superseded} == expected,
          mode == SweepMode::dry_run ? "a dry run says something else" : "a sweep went otherwise");
      expect(zone.failed + zone.damaged == 0, "a sweep met something that does not open");
    }
    if (disk_.power_is_lost()) return;
    swept_.destroyed += expected.destroyed;
    swept_.frozen += expected.frozen;
    swept_.superseded += expected.superseded;
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

  // Either all of the operation that was interrupted is there, or nothing of it; of a sweep of each
  // subject.
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
    if (in_parts_) take_parts();
    expect(differs_from(model_).empty(), "after a loss of power: " + differs_from(model_));
  }

  void take_parts() {
    for (auto& [who, person] : model_.people) {
      const Person& swept = next_.people[who];
      if (differs_from(who, swept).empty()) person = swept;
    }
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
      if (stored.record.kind != entry.kind()) return "another kind of record";
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
  const SitePolicy& site_;
  NoEvents no_events_;
  bool in_parts_ = false;  // of the operation each subject's part is one
  Swept swept_;            // by all sweeps that ended
};

}  // namespace

ModelRun consent::testing::run_ledger_model(std::uint64_t seed) {
  static const SitePolicy kSwept = swept_site();
  Run run(seed, kSwept);
  const std::string wrong = run.result();
  return {.wrong = wrong,
          .crashes = run.crashes(),
          .kept = run.stored_after_all(),
          .swept = run.swept().destroyed + run.swept().superseded,
          .frozen = run.swept().frozen};
}
