#include "rights/retention_sweep.h"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

#include "formats/uuid.h"
#include "ledger/request_register.h"
#include "rights/certificate.h"
#include "rights/due_event_days.h"
#include "rights/due_subjects.h"
#include "rights/orphaned_copies.h"
#include "rights/sweep_plan.h"
#include "wire/json_writer.h"

namespace consent::server {
namespace {

constexpr std::size_t kEntriesAtOnce = 128;  // in a transaction
constexpr std::uint64_t kFailuresMax = 16;   // of subjects in a zone; more are the disk's

// One zone's pass.
class ZonePass {
 public:
  ZonePass(const SweepParts& parts, Zone zone, SweepMode mode, const SweepProgress& progress)
      : parts_(parts),
        mode_(mode),
        progress_(progress),
        due_(parts.ledger, zone, parts.site.retention, parts.clock.now()) {
    sweep_.zone = zone;
    destruction_.zone = zone;
    destruction_.cause = DestructionCause::retention;
    destruction_.subjects = 0;
    destruction_.started = parts.clock.now();
    destruction_.id = make_uuid_v7(destruction_.started);
  }

  // False when it was stopped. Throws std::runtime_error.
  bool run(const std::function<bool()>& stop) {
    if (!look_at_all(stop)) return false;
    sweep_requests();
    return expire_entries(stop) && sweep_orphans(stop);
  }

  // What was destroyed is certified, also when the pass was stopped or failed. Throws
  // std::runtime_error.
  void certify(std::size_t events, bool ended) {
    if (mode_ == SweepMode::dry_run) return;
    if (destruction_.records.empty() && destruction_.subjects == 0 && sweep_.entries == 0 &&
        sweep_.requests == 0 && events == 0 && destruction_.copies.empty()) {
      return;
    }
    destruction_.entries = sweep_.entries;
    destruction_.events = events;
    destruction_.requests = sweep_.requests;
    destruction_.log_emptied = parts_.ledger.empty_log(sweep_.zone);
    for (const Destruction::Copies& copies : destruction_.copies) {
      if (!parts_.ledger.empty_log(copies.zone)) destruction_.log_emptied = false;
    }
    if (ended) count_again();
    destruction_.ended = parts_.clock.now();
    LogEntry entry;
    entry.kind = LogKind::certificate;
    entry.zone = sweep_.zone;
    entry.time = destruction_.ended;
    entry.record = certificate_entry_id(destruction_.id);
    entry.subject = certificate_text(parts_.site, destruction_, parts_.program);
    if (const auto failure = parts_.ledger.log(entry)) throw std::runtime_error(failure->detail);
    sweep_.certificate = destruction_.id;
  }

  void keep_days() const {
    if (mode_ == SweepMode::destroy) due_.keep();
  }

  const ZoneSweep& result() const { return sweep_; }
  const std::string& failure() const { return failure_; }

 private:
  // Of a part of the pass; empty: nobody watches.
  Progress progress_of(const std::string& part) const {
    return progress_ ? progress_(std::string(to_text(sweep_.zone)) + ": " + part) : Progress{};
  }

  bool look_at_all(const std::function<bool()>& stop) {
    const auto take = [&](const SubjectSummary& subject) -> DueSubjects::Look {
      if (stop()) return {.go_on = false};
      return {.counts_from = look_at(subject)};
    };
    return each_due(take, progress_of("subjects"), [this] {  // what was destroyed stays counted
      sweep_.subjects = sweep_.frozen = sweep_.damaged = 0;
      if (mode_ == SweepMode::dry_run) sweep_ = ZoneSweep{.zone = sweep_.zone};
    });
  }

  // `begin_again` forgets what was counted.
  bool each_due(const DueSubjects::Take& take, const Progress& progress,
                const std::function<void()>& begin_again) {
    try {
      return due_.each(take, progress);
    } catch (const DueSubjects::Unreadable&) {
      begin_again();
      return due_.each(take, progress);
    }
  }

  ClosedBefore closed_before() const {
    return requests_over(parts_.site.retention, destruction_.started);
  }

  void sweep_requests() {
    RequestRegister& requests = parts_.ledger.requests();
    sweep_.requests =
        mode_ == SweepMode::dry_run
            ? requests.count_closed(sweep_.zone, closed_before())
            : requests.remove_closed(sweep_.zone, closed_before(), parts_.clock.now());
  }

  bool sweep_orphans(const std::function<bool()>& stop) {
    const OrphanedCopies found = destroy_orphaned_copies(
        parts_.ledger, sweep_.zone, mode_ == SweepMode::dry_run, destruction_.started, stop);
    sweep_.orphans = found.destroyed;
    if (mode_ == SweepMode::destroy) add_copies(destruction_, sweep_.zone, found.destroyed, {});
    return found.ended;
  }

  using TakeEntries = std::function<void(ExpiredEntries& batch)>;
  // Entries of the log whose period is over. False when it was stopped.
  bool each_expired(const std::function<bool()>& stop, const TakeEntries& take) {
    const auto is_over = [this](TimePoint time) {
      return parts_.site.retention.audit_entries.after(time) <= destruction_.started;
    };
    ExpiredEntries batch{.entries = {}, .after = 0, .ended = false};
    while (!batch.ended) {
      if (stop()) return false;
      batch = parts_.ledger.expired_entries(sweep_.zone, batch.after, is_over, kEntriesAtOnce);
      take(batch);
    }
    return true;
  }

  // The log says first what will be missing from it.
  bool expire_entries(const std::function<bool()>& stop) {
    std::uint64_t below = 0;
    std::uint64_t count = 0;
    const bool counted = each_expired(stop, [&](const ExpiredEntries& batch) {
      for (const ExpiredEntry& one : batch.entries) below = std::max(below, one.leaf + 1);
      count += batch.entries.size();
    });
    if (!counted || count == 0) return counted;
    if (mode_ == SweepMode::dry_run) {
      sweep_.entries = count;
      return true;
    }
    announce(below);
    const Progress progress = progress_of("entries of the log");
    return each_expired(stop, [&](ExpiredEntries& batch) {
      std::erase_if(batch.entries, [&](const ExpiredEntry& one) { return one.leaf >= below; });
      const EntriesDestroyed done =
          parts_.ledger.destroy_entries(sweep_.zone, std::move(batch.entries));
      if (done.failure) throw std::runtime_error(done.failure->detail);
      sweep_.entries += done.entries;
      if (progress) progress(batch.ended ? count : std::min(sweep_.entries, count), count);
    });
  }

  void announce(std::uint64_t below) {
    LogEntry entry;
    entry.kind = LogKind::retention;
    entry.zone = sweep_.zone;
    entry.time = parts_.clock.now();
    entry.record = make_uuid_v7(entry.time);
    entry.subject =
        to_canonical_json(JsonObject{{"destroyed_below", static_cast<std::int64_t>(below)},
                                     {"period", parts_.site.retention.audit_entries.iso8601()}});
    if (const auto failure = parts_.ledger.log(entry)) throw std::runtime_error(failure->detail);
  }

  // The verification: nothing that could be destroyed is left of what was looked at.
  void count_again() {
    each_due(
        [this](const SubjectSummary& subject) -> DueSubjects::Look {
          const SweepVerdict verdict = plan_sweep(subject.state, subject.legal_hold,
                                                  parts_.site.retention, destruction_.started);
          const Superseded found = superseded(subject, destruction_.started);
          const bool left =
              verdict == SweepVerdict::destroy || (!is_frozen(subject) && found.up_to != 0);
          if (left) ++destruction_.left;
          ++destruction_.read;
          if (left || is_frozen(subject) || verdict != SweepVerdict::keep) return {};
          return {.counts_from = found.counts_from};
        },
        progress_of("verification"), [this] { destruction_.read = destruction_.left = 0; });
    each_expired(
        [] { return false; },
        [this](const ExpiredEntries& batch) { destruction_.left += batch.entries.size(); });
    destruction_.left +=
        destroy_orphaned_copies(parts_.ledger, sweep_.zone, true, destruction_.started, [] {
          return false;
        }).destroyed;
    destruction_.left += parts_.ledger.requests().count_closed(sweep_.zone, closed_before());
  }

  // The earliest moment that a period of what is left is counted from; none: look again.
  std::optional<TimePoint> look_at(const SubjectSummary& subject) {
    ++sweep_.subjects;
    if (subject.damaged) {
      ++sweep_.damaged;
      return std::nullopt;
    }
    const TimePoint now = parts_.clock.now();
    switch (plan_sweep(subject.state, subject.legal_hold, parts_.site.retention, now)) {
      case SweepVerdict::keep:
        return look_back(subject, now);
      case SweepVerdict::frozen:
        ++sweep_.frozen;
        return std::nullopt;
      case SweepVerdict::destroy:
        break;
    }
    if (mode_ != SweepMode::dry_run) return destroy(subject, now);
    ++sweep_.destroyed;
    return std::nullopt;
  }

  struct Superseded {
    std::uint64_t up_to = 0;  // sequence; 0: none
    std::uint64_t records = 0;
    std::optional<TimePoint> counts_from = {};  // when those are gone
  };
  // Throws std::runtime_error.
  Superseded superseded(const SubjectSummary& subject, TimePoint now) const {
    const Retention& retention = parts_.site.retention;
    const TimePoint whole = relied_on_until(subject.state);
    if (!subject.oldest) return {.counts_from = whole};
    if (retention.consent_records.after(*subject.oldest) > now) {
      return {.counts_from = std::min(*subject.oldest, whole)};
    }
    const Ledger::History history = parts_.ledger.history(subject.place);
    if (history.failure) throw std::runtime_error(history.failure->detail);
    Superseded found;
    found.up_to = superseded_up_to(history.records, subject.state, retention, now);
    found.counts_from = counts_from(history.records, subject.state, retention, now);
    for (const StoredRecord& one : history.records) {
      if (!one.erased && one.record.sequence <= found.up_to) ++found.records;
    }
    return found;
  }

  static bool is_frozen(const SubjectSummary& subject) {
    return subject.legal_hold || subject.state.hold == Hold::restricted;
  }

  // At what one who goes on has decided before.
  std::optional<TimePoint> look_back(const SubjectSummary& subject, TimePoint now) {
    Superseded found;
    try {
      found = superseded(subject, now);
    } catch (const std::runtime_error&) {
      ++sweep_.damaged;
      return std::nullopt;
    }
    if (found.up_to == 0) return found.counts_from;
    if (is_frozen(subject)) {
      ++sweep_.frozen;
      return std::nullopt;
    }
    if (mode_ == SweepMode::dry_run) {
      ++sweep_.renewed;
      sweep_.superseded += found.records;
      return std::nullopt;
    }
    const Erasure erasure = parts_.ledger.erase_superseded(subject, found.up_to);
    if (!has_erased(erasure)) return std::nullopt;
    ++sweep_.renewed;
    sweep_.superseded += erasure.records.size();
    destruction_.superseded += erasure.records.size();
    return found.counts_from;
  }

  std::optional<TimePoint> destroy(const SubjectSummary& subject, TimePoint now) {
    const Erasure erasure = parts_.ledger.erase_over(subject, now);
    if (!has_erased(erasure)) return std::nullopt;
    ++sweep_.destroyed;
    sweep_.records += erasure.records.size();
    ++destruction_.subjects;
    destruction_.keks.insert(erasure.kek);
    return DueSubjects::kNothing;
  }

  // Between the look and this somebody may have restricted or erased it, or decided anew.
  bool has_erased(const Erasure& erasure) {
    switch (erasure.outcome) {
      case Erasure::Outcome::failed:
        fail(erasure.failure ? erasure.failure->detail : "a subject cannot be erased");
        return false;
      case Erasure::Outcome::frozen:
        ++sweep_.frozen;
        return false;
      case Erasure::Outcome::not_found:
      case Erasure::Outcome::changed:
        return false;
      case Erasure::Outcome::erased:
        break;
    }
    destruction_.records.insert(destruction_.records.end(), erasure.records.begin(),
                                erasure.records.end());
    for (const Erasure::Copies& copies : erasure.copies) {
      add_copies(destruction_, copies.zone, copies.destroyed, copies.keks);
      sweep_.copies += copies.destroyed;
    }
    // What is left of them the pass of their zone finds, or the next sweep.
    if (erasure.copies_left && failure_.empty()) failure_ = erasure.copies_left->detail;
    return true;
  }

  // One that cannot be destroyed does not keep the others.
  void fail(const std::string& detail) {
    if (failure_.empty()) failure_ = detail;
    if (++sweep_.failed >= kFailuresMax) throw std::runtime_error(failure_);
  }

  const SweepParts& parts_;
  const SweepMode mode_;
  const SweepProgress& progress_;
  DueSubjects due_;
  std::string failure_;  // the first one of a subject
  ZoneSweep sweep_;
  Destruction destruction_;
};

void note_failure(SweepReport& report, const std::string& detail) {
  if (report.failure.empty()) report.failure = detail;
}

// How many events were in the files that are gone.
std::size_t sweep_events(const SweepParts& parts, SweepMode mode, SweepReport& report) {
  std::size_t events = 0;
  for (const Date day : due_event_days(parts.sink, parts.site.retention, parts.clock.now())) {
    if (mode == SweepMode::destroy) {
      const EventSink::Removal removal = parts.sink.remove_day(day);
      events += removal.events;
      if (removal.failure) {
        note_failure(report, removal.failure->detail);
        continue;
      }
    }
    ++report.event_days;
  }
  return events;
}

// False when it was stopped.
bool sweep_zone(const SweepParts& parts, Zone zone, SweepMode mode, std::size_t events,
                const std::function<bool()>& stop, const SweepProgress& progress,
                SweepReport& report) {
  ZonePass pass(parts, zone, mode, progress);
  bool ended = false;
  bool whole = false;
  try {
    ended = pass.run(stop);
    whole = ended && pass.failure().empty();
    if (!pass.failure().empty()) note_failure(report, pass.failure());
  } catch (const std::exception& failure) {
    ended = true;
    note_failure(report, failure.what());
  }
  try {
    pass.certify(events, whole);
  } catch (const std::exception& failure) {
    note_failure(report, failure.what());
  }
  pass.keep_days();
  report.zones.push_back(pass.result());
  return ended;
}

}  // namespace

SweepReport sweep_retention(const SweepParts& parts, SweepMode mode,
                            const std::function<bool()>& stop, const SweepProgress& progress) {
  SweepReport report;
  std::size_t events = 0;
  try {
    events = sweep_events(parts, mode, report);
  } catch (const std::exception& failure) {
    note_failure(report, failure.what());
  }
  for (const Zone zone : {Zone::eu, Zone::us}) {
    if (!parts.ledger.holds(zone)) continue;
    report.ended = sweep_zone(parts, zone, mode, std::exchange(events, 0), stop, progress, report);
    if (!report.ended) break;
  }
  return report;
}

}  // namespace consent::server
