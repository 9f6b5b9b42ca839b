#pragma once
// Records on their way to the disk, and who waits for them.

#include <functional>
#include <future>
#include <memory>
#include <utility>

#include "ledger/event_gate.h"
#include "ledger/recent_refusals.h"
#include "ledger/zone_stores.h"
#include "process/long_wait.h"

namespace consent::server {

// Thread-safe. Everything it is given outlives it.
class RecordWriting {
 public:
  // Told of each task that is over, before those who wait for it.
  using Ended = std::function<void(const WriteTask& task)>;
  RecordWriting(const ZoneStores& stores, const RecentRefusals& refusals, Ended ended)
      : stores_(stores), refusals_(refusals), ended_(std::move(ended)) {}

  // Nobody else writes the record's event meanwhile. `first`: its subject must be new.
  void start(WriteTask::Kind kind, Record record, Ledger::Done done, bool first = false);

 private:
  struct Writing {
    WriteTask task;
    Ledger::Done done;
  };
  void write(const std::shared_ptr<Writing>& writing);
  void finish(Writing& writing);

  const ZoneStores& stores_;
  const RecentRefusals& refusals_;
  const Ended ended_;
  EventGate events_;
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
