#include "ledger/event_gate.h"

#include <functional>
#include <string>
#include <thread>

#include "sample_record.h"
#include "support/catch.h"

using namespace consent::server;
using namespace consent::testing;

TEST_CASE("Who comes while an event is held is let in, in turn, when the one before leaves") {
  EventGate gate;
  const EventId event = grant(1).event;
  const EventId other = grant(2).event;
  std::string seen;
  for (const char name : {'a', 'b', 'c'}) gate.enter(event, [&seen, name] { seen += name; });
  CHECK(seen == "a");
  gate.enter(other, [&] { seen += 'x'; });
  CHECK(seen == "ax");
  std::thread([&] { gate.leave(event); }).join();
  CHECK(seen == "axb");
  gate.leave(event);
  CHECK(seen == "axbc");
  gate.leave(event);
  gate.enter(event, [&] { seen += 'd'; });
  CHECK(seen == "axbcd");
}

TEST_CASE("A hundred thousand who leave as soon as they are let in fill no stack") {
  EventGate gate;
  const EventId event = grant(1).event;
  int let_in = 0;
  gate.enter(event, [] {});
  for (int i = 0; i < 100'000; ++i) {
    gate.enter(event, [&] {
      ++let_in;
      gate.leave(event);
    });
  }
  CHECK(let_in == 0);
  gate.leave(event);
  CHECK(let_in == 100'000);
}
