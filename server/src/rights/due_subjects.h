#pragma once
// The subjects of a zone of whom anything can be due, as a sweep goes through them: those with a
// record that is old enough, and of whom an earlier sweep did not find that it is due later only.
// Of the others nothing is read.

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <vector>

#include "ledger/ledger.h"
#include "process/progress_line.h"
#include "site/retention.h"

namespace consent::server {

class DueSubjects {
 public:
  // Whom something can be due of at `now`.
  DueSubjects(Ledger& ledger, Zone zone, const Retention& retention, TimePoint now);

  // Records cannot be read: begin again, each() then goes through all subjects.
  struct Unreadable : std::runtime_error {
    using std::runtime_error::runtime_error;
  };
  // What a look at a subject leaves to be known of it.
  struct Look {
    bool go_on = true;  // false: to be stopped
    // The earliest moment that a period of what is left of it is counted from; none: it is to be
    // looked at again the next time. kNothing: nothing is left.
    std::optional<TimePoint> counts_from = {};
  };
  static constexpr TimePoint kNothing = TimePoint::max();
  using Take = std::function<Look(const SubjectSummary& subject)>;
  // Each once. False when it was stopped. Throws Unreadable once, and std::runtime_error.
  bool each(const Take& take, const Progress& progress);
  // Keeps what was learnt of the records, if it can, so that the next one reads less.
  void keep() const;

 private:
  void read_days();
  bool each_old(const Take& take, const Progress& progress);
  bool each_of(RecordDay& day, const Take& take,
               const std::function<void(std::uint64_t after)>& look_on);
  Look look_at(const SubjectSummary& subject, const Take& take);
  bool each_living(const Take& take, const Progress& progress) const;
  bool can_be_due(const RecordDay& day) const;
  SubjectsOfRecords page_of(const RecordDay& day, std::uint64_t after);

  Ledger& ledger_;
  const Zone zone_;
  const Retention& retention_;
  const TimePoint now_;
  bool by_records_ = true;
  std::vector<RecordDay> days_;
  std::map<std::array<std::uint8_t, 16>, Look> seen_;  // of those that come more than once
};

}  // namespace consent::server
