#include "ledger/sqlite_requests.h"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "ledger/request_rows.h"

namespace consent::server {
namespace {

bool is_before(const RightsRequest& a, const RightsRequest& b) {
  return a.due_at != b.due_at ? a.due_at < b.due_at : a.id < b.id;
}

std::uint64_t count_of(SqliteStatement statement, TimePoint before) {
  statement.bind(0, before.time_since_epoch().count());
  return statement.step() ? static_cast<std::uint64_t>(statement.integer(0)) : 0;
}

}  // namespace

void SqliteRequests::run(ZoneStore* store, WriteTask& task) {
  if (store == nullptr) {
    task.failure = StoreFailure{"the zone of a request is not held here; see --zone"};
  } else {
    store->run(task);
  }
  if (task.failure) stores_.report(*task.failure);
}

RequestPut SqliteRequests::put(const RightsRequest& request) {
  ZoneStore* const store = stores_.find(request.zone);
  WriteTask task;
  task.kind = WriteTask::Kind::request;
  task.request = request;
  task.record.time = request.changed_at;
  if (store != nullptr && request.subject) {
    task.place = {request.zone, subject_hash(store->keys(), request.site, *request.subject)};
  }
  run(store, task);
  if (task.failure) return RequestPut::failed;
  return task.found ? RequestPut::stored : RequestPut::changed;
}

std::optional<RightsRequest> SqliteRequests::find(const RecordId& id) {
  std::optional<RightsRequest> found;
  for (const auto& store : stores_) {
    store->readers().with_rows([&](SqliteConnection& connection, StoredRows& rows) {
      const auto row = find_request_row(connection, id);
      if (row) found = open_request(rows.envelope(), store->zone(), *row);
    });
    if (found) break;
  }
  return found;
}

std::vector<RightsRequest> SqliteRequests::list(const std::string& site,
                                                const RequestQuestion& question) {
  std::vector<RightsRequest> all;
  for (const auto& store : stores_) {
    std::optional<LookupHash> subject;
    if (question.subject) subject = subject_hash(store->keys(), site, *question.subject);
    store->readers().with_rows([&](SqliteConnection& connection, StoredRows& rows) {
      for (const RequestRow& row : list_request_rows(connection, question, subject)) {
        all.push_back(open_request(rows.envelope(), store->zone(), row));
      }
    });
  }
  std::sort(all.begin(), all.end(), is_before);
  if (all.size() > question.limit) all.resize(question.limit);
  return all;
}

RequestCounts SqliteRequests::counts(TimePoint now) {
  RequestCounts counts;
  for (const auto& store : stores_) {
    store->readers().with_rows([&](SqliteConnection& connection, StoredRows&) {
      counts.open += static_cast<std::uint64_t>(
          connection.integer("SELECT count(*) FROM requests WHERE closed IS NULL"));
      counts.overdue += count_of(
          connection.prepare("SELECT count(*) FROM requests WHERE closed IS NULL AND due < ?"),
          now);
    });
  }
  return counts;
}

std::uint64_t SqliteRequests::count_closed(Zone zone, const ClosedBefore& before) {
  std::uint64_t count = 0;
  if (ZoneStore* const store = stores_.find(zone)) {
    store->readers().with_rows([&](SqliteConnection& connection, StoredRows& rows) {
      count = requests_over(connection, rows.envelope(), zone, before).size();
    });
  }
  return count;
}

std::uint64_t SqliteRequests::remove_closed(Zone zone, const ClosedBefore& before, TimePoint now) {
  if (count_closed(zone, before) == 0) return 0;
  WriteTask task;
  task.kind = WriteTask::Kind::request_removal;
  task.cause = ErasureCause::retention;
  task.closed_before = before;
  task.record.time = now;
  run(stores_.find(zone), task);
  if (task.failure) throw std::runtime_error(task.failure->detail);
  return task.removed;
}

}  // namespace consent::server
