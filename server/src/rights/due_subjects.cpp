#include "rights/due_subjects.h"

#include <algorithm>

namespace consent::server {
namespace {

constexpr std::size_t kPage = 256;
constexpr std::uint64_t kHashes = 1U << 16;  // progress is told in places of the hash

std::uint64_t place_of(const SubjectPlace& place) {
  return std::uint64_t{place.hash[0]} << 8 | place.hash[1];
}

}  // namespace

DueSubjects::DueSubjects(Ledger& ledger, Zone zone, const Retention& retention, TimePoint now)
    : ledger_(ledger), zone_(zone), retention_(retention), now_(now) {}

bool DueSubjects::each(const Take& take, const Progress& progress) {
  seen_.clear();
  return by_records_ ? each_old(take, progress) : each_living(take, progress);
}

void DueSubjects::keep() const {
  if (by_records_) ledger_.keep_record_days(zone_, days_);
}

void DueSubjects::read_days() {
  try {
    days_ = ledger_.record_days(zone_);
  } catch (const std::runtime_error& error) {
    by_records_ = false;
    throw Unreadable(error.what());
  }
}

// No record is over before its own time and a period; what supersedes it comes later, and so does
// its expiry. What changes a subject after a look at it is a record of a day of its own.
bool DueSubjects::can_be_due(const RecordDay& day) const {
  const TimePoint start = std::max(TimePoint(day.day), day.counts_from.value_or(TimePoint::min()));
  return !day.emptied && retention_.consent_records.after(start) <= now_;
}

bool DueSubjects::each_old(const Take& take, const Progress& progress) {
  read_days();
  std::uint64_t records = 0;
  for (const RecordDay& day : days_) {
    if (can_be_due(day)) records += day.last - day.first + 1;
  }
  std::uint64_t done = 0;
  for (RecordDay& day : days_) {
    if (!can_be_due(day)) continue;
    const auto look_on = [&](std::uint64_t after) {
      if (progress) progress(done + after + 1 - day.first, records);
    };
    if (!each_of(day, take, look_on)) return false;
    done += day.last - day.first + 1;
  }
  if (progress && records == 0) progress(1, 1);
  return true;
}

bool DueSubjects::each_of(RecordDay& day, const Take& take,
                          const std::function<void(std::uint64_t after)>& look_on) {
  bool emptied = true;
  bool known = true;
  TimePoint earliest = kNothing;
  for (std::uint64_t after = day.first - 1; after < day.last;) {
    const SubjectsOfRecords page = page_of(day, after);
    if (page.held > 0) emptied = false;
    if (page.held > page.subjects.size()) known = false;
    for (const SubjectSummary& subject : page.subjects) {
      const Look look = look_at(subject, take);
      if (!look.go_on) return false;
      known = known && look.counts_from;
      earliest = std::min(earliest, look.counts_from.value_or(kNothing));
    }
    after = page.after;
    look_on(after);
  }
  day.emptied = emptied;
  day.counts_from.reset();  // where all are gone the next one finds the day emptied
  if (known && earliest != kNothing) day.counts_from = earliest;
  return true;
}

DueSubjects::Look DueSubjects::look_at(const SubjectSummary& subject, const Take& take) {
  const auto before = seen_.find(subject.place.hash);
  if (before != seen_.end()) return before->second;
  const Look look = take(subject);
  const bool comes_again = subject.oldest.has_value() || subject.damaged;
  if (comes_again) seen_.emplace(subject.place.hash, look);
  return look;
}

SubjectsOfRecords DueSubjects::page_of(const RecordDay& day, std::uint64_t after) {
  try {
    return ledger_.subjects_of_records(zone_, after, day.last, kPage);
  } catch (const std::runtime_error& error) {
    by_records_ = false;
    throw Unreadable(error.what());
  }
}

bool DueSubjects::each_living(const Take& take, const Progress& progress) const {
  std::optional<SubjectPlace> after;
  while (true) {
    const auto page = ledger_.subjects(zone_, after, kPage);
    for (const SubjectSummary& subject : page) {
      if (!take(subject).go_on) return false;
      after = subject.place;
    }
    if (page.size() < kPage) break;
    if (progress) progress(place_of(*after), kHashes);
  }
  if (progress) progress(kHashes, kHashes);
  return true;
}

}  // namespace consent::server
