#include "ledger/sqlite_copies.h"

#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "formats/uuid.h"
#include "ledger/copy_rows.h"

namespace consent::server {
namespace {

// What a read of the copies in a zone's file answers; `none` of a file that has no such tables.
template <typename Answer, typename Read>
Answer read_copies(ZoneStore& store, Answer none, Read read) {
  store.readers().with_rows([&](SqliteConnection& connection, StoredRows&) {
    if (!has_copies_table(connection)) return;
    CopyRows rows(connection, store.zone(), store.keys());
    none = read(rows);
  });
  return none;
}

// The highest sequence that the zone ever gave.
std::uint64_t newest_sequence(SqliteConnection& connection) {
  return static_cast<std::uint64_t>(connection.integer(
      "SELECT ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'records'), 0)"));
}

StoredRecord open_original(StoredRows& rows, const RecordRow& row) {
  try {
    return rows.open(row);
  } catch (const DamagedRecord& error) {
    throw DamagedRecord("record " + std::to_string(row.sequence) + ", " + to_text(row.id) +
                        ", cannot be copied: " + error.what() +
                        ". Copying waits until it opens again or its subject is erased");
  }
}

WriteTask copies_task(CopyWork& work, ErasureCause cause) {
  WriteTask task(WriteTask::Kind::copies);
  task.copies = &work;
  task.cause = cause;
  return task;
}

}  // namespace

SqliteCopies::SqliteCopies(const ZoneStores& stores, bool read_only) : stores_(stores) {
  for (const auto& to : stores_) {
    try {
      open(*to, read_only);
    } catch (const SqliteError& error) {
      throw std::runtime_error(explain(to->path(), error));
    }
  }
}

// Copies of a zone that is not held here are copies, too.
void SqliteCopies::open(ZoneStore& to, bool read_only) {
  for (const Zone source : {Zone::eu, Zone::us}) {
    if (read_copies(to, false, [&](CopyRows& rows) { return rows.any(source); })) any_ = true;
    const bool held = source != to.zone() && stores_.find(source) != nullptr;
    if (held && !read_only) begin_behind_end(to, source);
  }
}

// Sequences that an older copy of the zone gives anew are other records.
void SqliteCopies::begin_behind_end(ZoneStore& to, Zone source) {
  std::uint64_t newest = 0;
  stores_.find(source)->readers().with_rows(
      [&](SqliteConnection& connection, StoredRows&) { newest = newest_sequence(connection); });
  const auto position = read_copies(to, std::uint64_t{0},
                                    [&](CopyRows& rows) { return rows.highest_position(source); });
  if (position <= newest) return;
  CopyWork work{.source = source, .position_max = newest};
  WriteTask task = copies_task(work, ErasureCause::retention);
  to.run(task);
  if (task.failure) throw std::runtime_error(task.failure->detail);
}

CopyStep SqliteCopies::copy(const std::string& site, CopyDirection direction, std::size_t limit,
                            TimePoint now) {
  ZoneStore* const from = stores_.find(direction.from);
  ZoneStore* const to = stores_.find(direction.to);
  if (from == nullptr) return {.failure = not_held(direction.from)};
  if (to == nullptr) return {.failure = not_held(direction.to)};
  const std::unique_lock alone(copying_);
  CopyStep step;
  CopyWork work{.source = direction.from, .time = now, .site = site};
  try {
    step.position = read_copies(
        *to, std::uint64_t{0}, [&](CopyRows& rows) { return rows.position(direction.from, site); });
    step = read(*from, site, limit, step, work);
    keep_notices(*from, *to, work);
  } catch (const std::exception& error) {
    step.failure = StoreFailure{error.what()};
    return step;
  }
  if (!work.position) return step;
  any_ = true;
  WriteTask task = copies_task(work, ErasureCause::retention);
  to->run(task);
  step.failure = task.failure;
  if (task.failure) return step;
  step.copied = work.copied;
  step.position = *work.position;
  return step;
}

CopyStep SqliteCopies::read(ZoneStore& from, const std::string& site, std::size_t limit,
                            CopyStep step, CopyWork& work) {
  from.readers().with_rows([&](SqliteConnection& connection, StoredRows& rows) {
    step.newest = newest_sequence(connection);
    const auto records = rows.records_behind(static_cast<std::int64_t>(step.position), limit);
    for (const RecordRow& row : records) {
      if (row.payload.empty()) continue;
      Record record = open_original(rows, row).record;
      if (record.site == site) work.made.push_back(std::move(record));
    }
    std::uint64_t reached = step.newest;
    if (records.size() == limit) reached = static_cast<std::uint64_t>(records.back().sequence);
    if (reached > step.position) work.position = reached;
  });
  return step;
}

void SqliteCopies::keep_notices(ZoneStore& from, ZoneStore& to, const CopyWork& work) {
  if (notices_in_ != to.zone()) notices_.clear();
  notices_in_ = to.zone();
  for (const Record& record : work.made) {
    if (record.notice.empty() || notices_.contains(record.notice)) continue;
    const auto text = from.readers().find_notice(record.notice);
    if (text && !to.readers().find_notice(record.notice)) {
      WriteTask task = notice_task(to.zone(), record.notice, *text);
      to.run(task);
      if (task.failure) throw std::runtime_error(task.failure->detail);
    }
    if (text) notices_.insert(record.notice);
  }
}

struct SqliteCopies::Reviewed {
  CopyReview review;
  CopyWork work;
};

SqliteCopies::Reviewed SqliteCopies::look(ZoneStore& from, ZoneStore& to, std::uint64_t after,
                                          std::size_t limit) {
  Reviewed done;
  done.work.source = from.zone();
  const auto names = read_copies(to, std::vector<CopyName>(), [&](CopyRows& rows) {
    return rows.names_behind(from.zone(), after, limit);
  });
  done.review = {.looked_at = names.size(), .after = after, .ended = names.size() < limit};
  if (names.empty()) return done;
  done.review.after = names.back().sequence;
  from.readers().with_rows([&](SqliteConnection& connection, StoredRows& rows) {
    const auto removed =
        static_cast<std::uint64_t>(connection.integer("SELECT max(up_to) FROM removed_records"));
    for (const CopyName& name : names) {
      const auto original = rows.record_at(static_cast<std::int64_t>(name.sequence));
      const bool same = original && original->id == name.id;
      if (same && !original->payload.empty()) continue;
      const auto subject = same ? rows.subject(original->subject) : std::nullopt;
      done.work.gone.push_back({name.sequence, subject && subject->erased()});
      const bool other = !same && (original || name.sequence > removed);
      if (other && !done.work.position_max) done.work.position_max = name.sequence - 1;
    }
  });
  return done;
}

CopyReview SqliteCopies::review(CopyDirection direction, std::uint64_t after, std::size_t limit,
                                bool dry_run, TimePoint now) {
  ZoneStore* const from = stores_.find(direction.from);
  ZoneStore* const to = stores_.find(direction.to);
  if (from == nullptr || to == nullptr) return {};
  const std::unique_lock alone(copying_);
  Reviewed done;
  try {
    done = look(*from, *to, after, limit);
  } catch (const std::exception& error) {
    return {.after = after, .failure = StoreFailure{error.what()}};
  }
  CopyReview& review = done.review;
  review.destroyed = done.work.gone.size();
  if (dry_run || done.work.gone.empty()) return review;
  done.work.time = now;
  WriteTask task = copies_task(done.work, ErasureCause::request);
  to->run(task);
  review.destroyed = done.work.destroyed;
  review.log_emptied = task.log_emptied;
  review.failure = task.failure;
  return review;
}

std::vector<HeldCopies> SqliteCopies::held(const std::string& site, const SubjectId& subject) {
  std::vector<HeldCopies> all;
  if (!any_) return all;
  for (const auto& store : stores_) {
    for (const Zone source : {Zone::eu, Zone::us}) {
      if (source == store->zone()) continue;
      const LookupHash hash = copied_subject_hash(store->keys(), source, site, subject);
      HeldCopies held{.zone = store->zone(), .source = source};
      held = read_copies(*store, held, [&](CopyRows& rows) {
        const auto row = rows.subject(hash);
        if (row) held.since = row->since;
        held.copies = rows.count_of(hash);
        return held;
      });
      if (held.copies != 0) all.push_back(held);
    }
  }
  return all;
}

void SqliteCopies::finish_erasure(const SubjectPlace& place, ErasureCause cause, Erasure& erasure) {
  const bool is_over =
      erasure.outcome == Erasure::Outcome::erased || erasure.outcome == Erasure::Outcome::not_found;
  if (!is_over || !any_) return;
  for (const auto& store : stores_) {
    if (store->zone() == place.zone) continue;
    try {
      destroy_in(*store, place, cause, erasure);
    } catch (const std::exception& error) {
      erasure.copies_left = stores_.unreadable(*store, error);
    }
  }
}

void SqliteCopies::destroy_in(ZoneStore& to, const SubjectPlace& place, ErasureCause cause,
                              Erasure& erasure) {
  const bool any = read_copies(to, false, [&](CopyRows& rows) { return rows.any(place.zone); });
  if (!any) return;
  CopyWork work{.source = place.zone, .time = SystemClock().now()};
  stores_.find(place.zone)->readers().with_rows([&](SqliteConnection&, StoredRows& rows) {
    const auto subject = rows.subject(place.hash);
    if (!subject) return;
    for (const RecordRow& row : rows.chain(*subject)) {
      if (!row.payload.empty()) continue;
      work.gone.push_back({static_cast<std::uint64_t>(row.sequence), subject->erased()});
    }
  });
  work.gone = read_copies(to, std::vector<CopyWork::Gone>(), [&](CopyRows& rows) {
    std::erase_if(work.gone,
                  [&](const CopyWork::Gone& one) { return !rows.find(place.zone, one.sequence); });
    return work.gone;
  });
  if (work.gone.empty()) return;
  WriteTask task = copies_task(work, cause);
  to.run(task);
  if (task.failure) {
    stores_.report(*task.failure);
    erasure.copies_left = task.failure;
    return;
  }
  if (!task.log_emptied) erasure.log_emptied = false;
  erasure.copies.push_back(
      {to.zone(), work.destroyed, std::vector<KekId>(work.keks.begin(), work.keks.end())});
}

}  // namespace consent::server
