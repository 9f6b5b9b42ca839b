#include "ledger/record_writing.h"

namespace consent::server {

void RecordWriting::start(WriteTask::Kind kind, Record record, Ledger::Done done, bool first) {
  const auto writing = std::make_shared<Writing>();
  writing->task.kind = kind;
  writing->task.record = std::move(record);
  writing->task.first = first;
  writing->done = std::move(done);
  events_.enter(writing->task.record.event, [this, writing] { write(writing); });
}

void RecordWriting::write(const std::shared_ptr<Writing>& writing) {
  WriteTask& task = writing->task;
  task.finished = [this, writing] { finish(*writing); };
  ZoneStore* const store = stores_.find(task.record.zone);
  if (auto counted = refusals_.find(task.record.event)) {
    task.record = std::move(*counted);
    task.repeated = true;
  } else if (store != nullptr) {
    return store->start(task);
  } else {
    task.failure = not_held(task.record.zone);
  }
  std::exchange(task.finished, nullptr)();
}

void RecordWriting::finish(Writing& writing) {
  WriteTask& task = writing.task;
  ended_(task);
  events_.leave(task.record.event);
  writing.done({.record = std::move(task.record),
                .repeated = task.repeated,
                .erased = task.erased,
                .taken = task.taken,
                .failure = std::move(task.failure),
                .state = task.state});
}

}  // namespace consent::server
