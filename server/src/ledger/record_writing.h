#pragma once
// A record on its way to the disk, and who waits for it.

#include <future>
#include <memory>
#include <utility>

#include "ledger/write_queue.h"
#include "process/long_wait.h"

namespace consent::server {

struct RecordWriting {
  RecordWriting(WriteTask::Kind kind, Record record) : task(kind) {
    task.record = std::move(record);
  }
  WriteTask task;
  Ledger::Done done;
};

// What `start`, which takes a Ledger::Done, is told in the end.
template <typename Start>
Appended wait_for_append(Start start) {
  const LongWait wait;
  const auto appended = std::make_shared<std::promise<Appended>>();
  start([appended](Appended each) { appended->set_value(std::move(each)); });
  return appended->get_future().get();
}

}  // namespace consent::server
