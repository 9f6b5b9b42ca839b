// What every ledger must do, whatever is behind it.

#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include "ledger/envelope.h"
#include "ledger/ledger.h"
#include "ledger/record_payload.h"
#include "ledger/sqlite_connection.h"
#include "sample_record.h"
#include "support/catch.h"
#include "support/temporary_directory.h"
#include "support/waiting_ledger.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;
using namespace std::chrono_literals;

namespace {

std::unique_ptr<Ledger> open(const TemporaryDirectory& directory) {
  return open_sqlite_ledger({.data_dir = directory.path().string()});
}

RecordState state(Ledger& ledger, std::uint8_t number) {
  const auto read = ledger.state_of(kSite, subject(number));
  REQUIRE_FALSE(read.failure);
  return read.state;
}

}  // namespace

TEST_CASE("A record that was stored in the format before keeps its bytes and its commitment") {
  Record record = grant(1);
  record.format = 1;
  const Bytes before = record_bytes(record);
  const auto parsed = parse_record(before);
  REQUIRE(parsed);
  CHECK(parsed->format == 1);
  CHECK(parsed->controller.empty());
  CHECK_FALSE(parsed->region_source);
  CHECK(record_bytes(*parsed) == before);
  record.format = 2;
  const Bytes now = record_bytes(record);
  CHECK(now.size() == before.size() + 3);
  CHECK(record_bytes(parse_record(now).value()) == now);
  for (const std::uint8_t format : {std::uint8_t{0}, std::uint8_t{3}}) {
    Bytes other = now;
    other.front() = format;
    CHECK_FALSE(parse_record(other));
  }
  Bytes no_source = now;
  no_source.back() = 4;
  CHECK_FALSE(parse_record(no_source));
}

TEST_CASE("What is too long for a record is cut between two characters") {
  const std::string text(254, 'a');
  CHECK(evidence_text("short") == "short");
  CHECK(evidence_text(text + "b") == text + "b");
  CHECK(evidence_text(text + "bc") == text + "b");
  CHECK(evidence_text(text + "\xc3\xa4") == text);
}

TEST_CASE("An appended record is read back whole") {
  const TemporaryDirectory directory;
  const auto ledger = open(directory);
  Record record = grant(1);
  record.region = parse_region("US-CA");
  record.gpc = true;
  record.model = Model::opt_out;  // not its regime's
  record.gpc_by_script = true;
  record.dnt = true;
  record.ruleset = "2026-11-23";
  record.origin = "https://dialphone.com";
  record.service_version = "1.2.3";
  record.banner_build = "sha256:banner";
  record.page = "/pricing";
  record.controller = "DialPhone Limited";
  record.region_source = RegionSource::edge_header;
  const Appended appended = ledger->append(record);
  REQUIRE_FALSE(appended.failure);
  CHECK_FALSE(appended.repeated);
  CHECK(appended.record.sequence == 1);

  const auto latest = ledger->latest(kSite, subject(1));
  REQUIRE(latest);
  CHECK(latest->id == record.id);
  CHECK(latest->event == record.event);
  CHECK(latest->subject == record.subject);
  CHECK(latest->time == record.time);
  CHECK(latest->client_time == record.client_time);
  CHECK(latest->choices == record.choices);
  CHECK(latest->action == record.action);
  CHECK(latest->layer == record.layer);
  CHECK(latest->regime == record.regime);
  CHECK(latest->model == Model::opt_out);
  CHECK(latest->region == record.region);
  CHECK(latest->policy == record.policy);
  CHECK(latest->notice == record.notice);
  CHECK(latest->language == record.language);
  CHECK(latest->gpc);
  CHECK(latest->expires_at == record.expires_at);
  CHECK(latest->sequence == 1);
  CHECK_FALSE(latest->gpc_by_header);
  CHECK(latest->gpc_by_script);
  CHECK(latest->dnt);
  CHECK(latest->ruleset == record.ruleset);
  CHECK(latest->origin == record.origin);
  CHECK(latest->service_version == record.service_version);
  CHECK(latest->banner_build == record.banner_build);
  CHECK(latest->format == kRecordFormat);
  CHECK(latest->page == record.page);
  CHECK(latest->controller == record.controller);
  CHECK(latest->region_source == RegionSource::edge_header);
  CHECK_FALSE(latest->previous);
  REQUIRE_FALSE(ledger->append(withdrawal(1, 5s)).failure);
  CHECK(ledger->latest(kSite, subject(1))->previous == record.id);
}

TEST_CASE("Who is not in the ledger has no record") {
  const TemporaryDirectory directory;
  const auto ledger = open(directory);
  CHECK_FALSE(state(*ledger, 1).recorded());
  CHECK_FALSE(ledger->latest(kSite, subject(1)));
  CHECK_FALSE(ledger->find_event(grant(1).event));
  CHECK_FALSE(ledger->find_notice("sha256:none"));
}

TEST_CASE("A repeated event is answered with the first record") {
  const TemporaryDirectory directory;
  const auto ledger = open(directory);
  const Record first = grant(1);
  REQUIRE_FALSE(ledger->append(first).failure);
  Record again = first;
  again.id = grant(1).id;
  again.time += 5s;
  const Appended appended = ledger->append(again);
  CHECK(appended.repeated);
  CHECK(appended.record.id == first.id);
  CHECK(appended.record.time == first.time);
  CHECK(appended.record.sequence == 1);
  CHECK(ledger->find_event(first.event)->id == first.id);
}

TEST_CASE("An event that stands under the hash of an earlier version is still known") {
  const TemporaryDirectory directory;
  const std::string data_dir = directory.path().string();
  const Record record = grant(1);
  REQUIRE_FALSE(open(directory)->append(record).failure);
  const auto stand = [&](const LookupHash& hash, std::string_view until) {
    SqliteConnection file(zone_file_path(data_dir, Zone::eu), SqliteConnection::Mode::read_write);
    file.execute("DROP TRIGGER IF EXISTS records_are_never_changed");
    file.prepare("UPDATE records SET event = ?").bind_blob(0, hash).run();
    file.execute("UPDATE old_events SET until = " + std::string(until));
  };
  const ZoneKeys keys(Zone::eu, zone_keys_directory(data_dir, Zone::eu), {}, MissingKeys::refuse);
  CHECK(open(directory)->append(record).repeated);
  stand(old_event_hash(keys, record.event), "9000000000000");
  CHECK(open(directory)->append(record).repeated);
  CHECK(open(directory)->find_event(record.event));
  stand(old_event_hash(keys, record.event), "0");
  CHECK_FALSE(open(directory)->find_event(record.event));
  stand(event_hash(keys, record.event), "0");
  CHECK(open(directory)->find_event(record.event));
}

TEST_CASE("The same event from many threads at once is one record") {
  const TemporaryDirectory directory;
  const auto ledger = open(directory);
  const Record record = grant(1);
  std::atomic<int> fresh = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      const Appended appended = ledger->append(record);
      if (!appended.failure && !appended.repeated) ++fresh;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(fresh == 1);
}

TEST_CASE("The state is the fold of a subject's records, and of that subject's only") {
  const TemporaryDirectory directory;
  const auto ledger = open(directory);
  REQUIRE_FALSE(ledger->append(grant(1)).failure);
  REQUIRE_FALSE(ledger->append(grant(2)).failure);
  CHECK(state(*ledger, 1).choices.of(Purpose::analytics) == Choice::granted);
  REQUIRE_FALSE(ledger->append(withdrawal(1, 5s)).failure);
  CHECK(state(*ledger, 1).action == Action::withdraw);
  CHECK_FALSE(state(*ledger, 1).choices.any_granted());
  CHECK(state(*ledger, 2).choices.any_granted());
  CHECK_FALSE(ledger->state_of("another.example", subject(2)).state.recorded());
}

TEST_CASE("A withdrawal beats an older grant that arrives after it") {
  const TemporaryDirectory directory;
  const auto ledger = open(directory);
  REQUIRE_FALSE(ledger->append(withdrawal(1, 5s)).failure);
  REQUIRE_FALSE(ledger->append(grant(1)).failure);
  CHECK_FALSE(state(*ledger, 1).choices.any_granted());
}

TEST_CASE(
    "An acknowledged withdrawal is seen by the very next read, while others read all the time") {
  const TemporaryDirectory directory;
  const auto ledger = open(directory);
  std::atomic<bool> stop = false;
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!stop) ledger->state_of(kSite, subject(1));
    });
  }
  int stale = 0;
  for (int round = 0; round < 60; ++round) {
    const auto later = std::chrono::seconds(2 * round);
    ledger->append(grant(1, later));
    if (!ledger->state_of(kSite, subject(1)).state.choices.any_granted()) ++stale;
    ledger->append(withdrawal(1, later + 1s));
    if (ledger->state_of(kSite, subject(1)).state.choices.any_granted()) ++stale;
  }
  stop = true;
  for (std::thread& reader : readers) reader.join();
  CHECK(stale == 0);
}

TEST_CASE("What is remembered of a write is what a restart reads") {
  const TemporaryDirectory directory;
  const std::vector<Record> writes = {grant(1), withdrawal(1, 5s), grant(1, 1s), grant(1, 9s)};
  for (const Record& record : writes) {
    auto ledger = open(directory);
    state(*ledger, 1);  // so that the write finds it in memory
    REQUIRE_FALSE(ledger->append(record).failure);
    const auto remembered = ledger->state_of(kSite, subject(1));
    ledger.reset();
    const auto read = open(directory)->state_of(kSite, subject(1));
    CHECK(remembered.zone == read.zone);
    CHECK(remembered.state.choices == read.state.choices);
    CHECK(remembered.state.action == read.state.action);
    CHECK(remembered.state.decided_at == read.state.decided_at);
    CHECK(remembered.state.denied_event_ms == read.state.denied_event_ms);
    CHECK(remembered.state.policy == read.state.policy);
    CHECK(remembered.state.region == read.state.region);
    CHECK(remembered.state.model == read.state.model);
    CHECK(remembered.state.hold == read.state.hold);
  }
}

TEST_CASE("Records, notices and sequence survive a restart") {
  const TemporaryDirectory directory;
  {
    const auto ledger = open(directory);
    REQUIRE_FALSE(ledger->append(grant(1)).failure);
    REQUIRE_FALSE(keep_notice(*ledger, Zone::eu, "sha256:x", "{\"text\":1}"));
    REQUIRE_FALSE(keep_notice(*ledger, Zone::eu, "sha256:x", "{\"text\":1}"));
  }
  const auto ledger = open(directory);
  CHECK(state(*ledger, 1).choices.any_granted());
  CHECK(ledger->find_notice("sha256:x") == "{\"text\":1}");
  CHECK(ledger->append(grant(2)).record.sequence == 2);
}

TEST_CASE("A refusal is counted, repeats are recognised, and nothing of it is a record") {
  const TemporaryDirectory directory;
  const auto ledger = open(directory);
  const Record record = refusal();
  const Appended first = ledger->count_refusal(record);
  REQUIRE_FALSE(first.failure);
  CHECK_FALSE(first.repeated);
  CHECK(first.record.sequence == 0);
  Record again = record;
  again.id = refusal().id;
  const Appended second = ledger->count_refusal(again);
  CHECK(second.repeated);
  CHECK(second.record.id == record.id);
  CHECK(ledger->find_event(record.event)->id == record.id);
  CHECK(ledger->append(grant(1)).record.sequence == 1);
}

TEST_CASE("An event that was counted as a refusal is not stored as a grant") {
  const TemporaryDirectory directory;
  const auto ledger = open(directory);
  const Record counted = refusal();
  REQUIRE_FALSE(ledger->count_refusal(counted).failure);
  Record record = grant(1);
  record.event = counted.event;
  const Appended appended = ledger->append(record);
  CHECK(appended.repeated);
  CHECK(appended.record.id == counted.id);
  CHECK_FALSE(state(*ledger, 1).recorded());
}

TEST_CASE("The probe succeeds on a sound ledger") {
  const TemporaryDirectory directory;
  const auto ledger = open(directory);
  CHECK_FALSE(ledger->probe());
  CHECK_FALSE(ledger->probe());
}

TEST_CASE("Writes of many threads are all there") {
  const TemporaryDirectory directory;
  const auto ledger = open(directory);
  std::vector<std::thread> writers;
  for (std::uint8_t t = 1; t <= 8; ++t) {
    writers.emplace_back([&ledger, t] {
      for (int i = 0; i < 40; ++i) ledger->append(grant(t, std::chrono::seconds(i)));
    });
  }
  for (std::thread& writer : writers) writer.join();
  CHECK(ledger->append(grant(9)).record.sequence == 8 * 40 + 1);
}

TEST_CASE("Who does not wait is told of each write once it is durable, with the state after it") {
  const TemporaryDirectory directory;
  std::vector<std::promise<Appended>> told(40);
  std::vector<Record> records;
  {
    const auto ledger = open(directory);
    for (std::uint8_t i = 0; i < told.size(); ++i) {
      records.push_back(grant(i));
      ledger->append(records.back(),
                     [&, i](Appended appended) { told[i].set_value(std::move(appended)); });
    }
    for (std::uint8_t i = 0; i < told.size(); ++i) {
      const Appended appended = told[i].get_future().get();
      REQUIRE_FALSE(appended.failure);
      CHECK_FALSE(appended.repeated);
      REQUIRE(appended.state);
      const RecordState read = state(*ledger, i);
      CHECK(appended.state->choices.bits() == read.choices.bits());
      CHECK(appended.state->decided_at == read.decided_at);
      CHECK(appended.state->policy == read.policy);
    }
  }
  const auto ledger = open(directory);
  for (std::uint8_t i = 0; i < told.size(); ++i) {
    CHECK(state(*ledger, i).choices.any_granted());
    const Appended again = ledger->append(records[i]);
    CHECK(again.repeated);
    CHECK_FALSE(again.state);
  }
}

TEST_CASE(
    "Of an event that is sent twice without waiting one write is stored, the other repeated") {
  const TemporaryDirectory directory;
  const auto ledger = open(directory);
  std::promise<Appended> first;
  std::promise<Appended> second;
  const Record record = grant(1);
  ledger->append(record, [&](Appended appended) { first.set_value(std::move(appended)); });
  ledger->append(record, [&](Appended appended) { second.set_value(std::move(appended)); });
  const Appended stored = first.get_future().get();
  const Appended repeated = second.get_future().get();
  CHECK_FALSE(stored.repeated);
  CHECK(repeated.repeated);
  CHECK(repeated.record.sequence == stored.record.sequence);
  std::promise<Appended> counted;
  ledger->count_refusal(refusal(),
                        [&](Appended appended) { counted.set_value(std::move(appended)); });
  const Appended count = counted.get_future().get();
  CHECK_FALSE(count.failure);
  CHECK_FALSE(count.repeated);
}

TEST_CASE("A ledger that is closed writes what waits, and tells of it") {
  const TemporaryDirectory directory;
  std::atomic<int> told = 0;
  {
    const auto ledger = open(directory);
    for (std::uint8_t i = 0; i < 30; ++i) {
      ledger->append(grant(i), [&](const Appended& appended) { told += !appended.failure; });
    }
  }
  CHECK(told == 30);
  const auto ledger = open(directory);
  for (std::uint8_t i = 0; i < 30; ++i) CHECK(state(*ledger, i).recorded());
}
