// Which event was written before, in this zone or another one: the write itself finds out.

#include <deque>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "ledger/ledger.h"
#include "ledger/sqlite_connection.h"
#include "sample_record.h"
#include "support/catch.h"
#include "support/temporary_directory.h"
#include "support/waiting_ledger.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;

namespace {

std::unique_ptr<Ledger> open(const TemporaryDirectory& directory) {
  return open_sqlite_ledger({.data_dir = directory.path().string()});
}

Record in_us(Record record) {
  record.zone = Zone::us;
  return record;
}

// What is told to who does not wait.
class Told {
 public:
  Ledger::Done next() {
    promises_.emplace_back();
    return [&promise = promises_.back()](Appended each) { promise.set_value(std::move(each)); };
  }
  Appended take() {
    Appended first = promises_.front().get_future().get();
    promises_.pop_front();
    return first;
  }

 private:
  std::deque<std::promise<Appended>> promises_;
};

}  // namespace

TEST_CASE("A refusal whose event is a record is that record, in whichever zone, and not counted") {
  const TemporaryDirectory directory;
  const auto ledger = open(directory);
  const Record first = grant(1);
  REQUIRE_FALSE(ledger->append(first).failure);
  Record again = refusal();
  again.event = first.event;
  for (const Zone zone : {Zone::eu, Zone::us}) {
    again.zone = zone;
    const Appended known = ledger->count_refusal(again);
    CHECK_FALSE(known.failure);
    CHECK(known.repeated);
    CHECK(known.record.id == first.id);
    CHECK(known.record.choices.any_granted());
    SqliteConnection file(zone_file_path(directory.path().string(), zone),
                          SqliteConnection::Mode::read_only);
    CHECK(file.integer("SELECT count(*) FROM refusals") == 0);
  }
}

TEST_CASE("Refusals of one transaction are all counted, each under its own day and action") {
  const TemporaryDirectory directory;
  {
    const auto ledger = open(directory);
    Told told;
    for (int i = 0; i < 40; ++i) {
      Record record = refusal(std::chrono::hours(i % 4 == 0 ? 24 : 0));
      if (i % 2 == 0) record.action = Action::gpc;
      ledger->count_refusal(record, told.next());
    }
    for (int i = 0; i < 40; ++i) CHECK_FALSE(told.take().failure);
  }
  SqliteConnection file(zone_file_path(directory.path().string(), Zone::eu),
                        SqliteConnection::Mode::read_only);
  CHECK(file.integer("SELECT count(*) FROM refusals") == 3);
  CHECK(file.integer("SELECT sum(count) FROM refusals") == 40);
  const std::string gpc = std::to_string(static_cast<int>(Action::gpc));
  CHECK(file.integer("SELECT sum(count) FROM refusals WHERE action = " + gpc) == 20);
}

TEST_CASE("Of an event that is sent to two zones without waiting one write is stored") {
  const TemporaryDirectory directory;
  const auto ledger = open(directory);
  for (int i = 0; i < 40; ++i) {
    const Record european = grant(1);
    Record other = in_us(grant(2));
    other.event = european.event;
    Told told;
    ledger->append(european, told.next());
    ledger->append(other, told.next());
    ledger->count_refusal(european, told.next());
    const Appended stored = told.take();
    CHECK_FALSE(stored.repeated);
    for (int j = 0; j < 2; ++j) {
      const Appended known = told.take();
      REQUIRE_FALSE(known.failure);
      CHECK(known.repeated);
      CHECK(known.record.id == stored.record.id);
    }
  }
}

TEST_CASE("A ledger that is closed tells those, too, who wait for an event of another zone") {
  const TemporaryDirectory directory;
  Told told;
  constexpr int kEvents = 20;
  {
    const auto ledger = open(directory);
    for (int i = 0; i < kEvents; ++i) {
      const Record american = in_us(grant(1));
      Record other = american;
      other.zone = Zone::eu;
      ledger->append(american, told.next());
      ledger->append(other, told.next());
    }
  }
  for (int i = 0; i < kEvents; ++i) {
    CHECK_FALSE(told.take().failure);
    const Appended second = told.take();
    CHECK((second.repeated || second.failure));
  }
}

TEST_CASE("A damaged record of another zone fails the write of its event, and no other one") {
  const TemporaryDirectory directory;
  const auto ledger = open(directory);
  const Record american = in_us(grant(1));
  REQUIRE_FALSE(ledger->append(american).failure);
  {
    SqliteConnection file(zone_file_path(directory.path().string(), Zone::us),
                          SqliteConnection::Mode::read_write);
    file.execute("DROP TRIGGER payloads_are_only_erased");
    file.execute("UPDATE records SET payload = zeroblob(length(payload))");
  }
  Told told;
  for (std::uint8_t i = 0; i < 30; ++i) {
    Record european = grant(i);
    if (i == 20) european.event = american.event;
    ledger->append(european, told.next());
  }
  for (int i = 0; i < 30; ++i) {
    const Appended each = told.take();
    CHECK(each.failure.has_value() == (i == 20));
    CHECK_FALSE(each.repeated);
  }
}

TEST_CASE("Who does not wait for a notice is told when it is kept, or why it is not") {
  const TemporaryDirectory directory;
  const auto ledger =
      open_sqlite_ledger({.data_dir = directory.path().string(), .zones = {Zone::eu}, .keys = {}});
  const auto keep = [&](Zone zone) {
    return keep_notice(*ledger, zone, "sha256:x", "{\"text\":1}");
  };
  CHECK_FALSE(keep(Zone::eu));
  CHECK(ledger->find_notice("sha256:x") == "{\"text\":1}");
  CHECK_FALSE(keep(Zone::eu));
  CHECK(keep(Zone::us));
}
