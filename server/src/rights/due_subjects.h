#pragma once
// The subjects of a zone of whom anything can be due, as a sweep goes through them: those with a
// record that is old enough. Of the others nothing is read.

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
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
  // False when it was stopped.
  using Take = std::function<bool(const SubjectSummary& subject)>;
  // Each once. False when `take` was false. Throws Unreadable once, and std::runtime_error.
  bool each(const Take& take, const Progress& progress);
  // Keeps what was learnt of the records, if it can, so that the next one reads less.
  void keep() const;

 private:
  void read_days();
  bool each_old(const Take& take, const Progress& progress);
  bool each_of(RecordDay& day, const Take& take,
               const std::function<void(std::uint64_t after)>& look_on);
  bool each_living(const Take& take, const Progress& progress) const;
  bool can_be_due(const RecordDay& day) const;
  SubjectsOfRecords page_of(const RecordDay& day, std::uint64_t after);

  Ledger& ledger_;
  const Zone zone_;
  const Retention& retention_;
  const TimePoint now_;
  bool by_records_ = true;
  std::vector<RecordDay> days_;
  std::set<std::array<std::uint8_t, 16>> seen_;  // of those that come more than once
};

}  // namespace consent::server
