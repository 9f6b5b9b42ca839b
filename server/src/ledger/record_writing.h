#pragma once
// A record on its way to the disk, and who waits for it.

#include <future>
#include <memory>
#include <optional>
#include <utility>

#include "ledger/event_gate.h"
#include "ledger/write_queue.h"
#include "process/long_wait.h"

namespace consent::server {

// Nobody else writes its event meanwhile.
struct RecordWriting {
  RecordWriting(EventGate& gate, WriteTask::Kind kind, Record record)
      : pass(std::in_place, gate, record.event), task(kind) {
    task.record = std::move(record);
  }
  std::optional<EventGate::Pass> pass;
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
