// What is kept too long is destroyed, and what a hold or a restriction protects is not.

#include "rights/retention_sweep.h"

#include <algorithm>
#include <array>

#include "application.h"
#include "audit/ledger_audit.h"
#include "audit/tree_hash.h"
#include "config.h"
#include "consent/decision.h"
#include "formats/timestamp.h"
#include "formats/uuid.h"
#include "ledger/ledger_check.h"
#include "ledger/record_copies.h"
#include "ledger/request_register.h"
#include "ledger/sqlite_connection.h"
#include "rights/subject_erasure.h"
#include "rights/sweep_plan.h"
#include "support/catch.h"
#include "support/test_service.h"
#include "visitor/subject_id.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::days kLongAgo{182 + 731};  // a grant's life, and two years

struct Swept {
  TestService service;
  std::string grant(std::string_view region) {
    return text_of(json_of(service.post_consent(service.consent(region))), "record/subject");
  }
  SweepReport sweep(
      SweepMode mode = SweepMode::destroy,
      const std::function<bool()>& stop = [] { return false; }) {
    const Service& all = service.service();
    return sweep_retention({.site = service.site(),
                            .clock = all.clock,
                            .ledger = all.ledger,
                            .sink = all.sink,
                            .program = program_version()},
                           mode, stop, {});
  }
  std::string reason(const std::string& subject) {
    return reason_of(service.check("subject", subject));
  }
};

RecordState decided_on(Choice analytics, TimePoint decided) {
  RecordState state;
  state.choices.set(Purpose::analytics, analytics);
  state.action = Action::save;
  state.decided_at = std::chrono::floor<std::chrono::seconds>(decided);
  return state;
}

}  // namespace

TEST_CASE("Records are kept for their period after they stop being relied on") {
  const TimePoint decided = FakeClock().now();
  const Retention retention;
  const auto verdict = [&](Choice analytics, TimePoint now, bool held = false) {
    return plan_sweep(decided_on(analytics, decided), held, retention, now);
  };
  const TimePoint denied_over = retention.consent_records.after(decided);
  CHECK(verdict(Choice::denied, denied_over - 1s) == SweepVerdict::keep);
  CHECK(verdict(Choice::denied, denied_over) == SweepVerdict::destroy);
  CHECK(verdict(Choice::granted, denied_over) == SweepVerdict::keep);
  const TimePoint granted_over = retention.consent_records.after(decided + kConsentLifetime);
  CHECK(verdict(Choice::granted, granted_over - 1s) == SweepVerdict::keep);
  CHECK(verdict(Choice::granted, granted_over) == SweepVerdict::destroy);
  CHECK(verdict(Choice::granted, granted_over, true) == SweepVerdict::frozen);
  RecordState restricted = hold(decided_on(Choice::granted, decided), Hold::restricted);
  CHECK(plan_sweep(restricted, false, retention, granted_over) == SweepVerdict::frozen);
  CHECK(plan_sweep(hold({}, Hold::erased), false, retention, granted_over) == SweepVerdict::keep);
  CHECK(plan_sweep({}, false, retention, granted_over) == SweepVerdict::keep);
}

TEST_CASE("A request is over when both its period and the law of its regime say so") {
  const TimePoint now = parse_rfc3339("2029-02-28T10:00:00Z").value();
  const auto text = [](TimePoint time) { return to_rfc3339(time); };
  Retention retention;
  CHECK(text(requests_over(retention, now).earliest()) == "2027-02-28T10:00:00.000Z");
  CHECK(requests_over(retention, now).earlier.empty());
  retention.requests = {30, RetentionUnit::days};
  const ClosedBefore over = requests_over(retention, now);
  CHECK(text(over.of(RegimeId::eu_gdpr)) == "2029-01-29T10:00:00.000Z");
  CHECK(text(over.of(RegimeId::us_va_vcdpa)) == "2029-01-29T10:00:00.000Z");
  for (const RegimeId regime : {RegimeId::us_ca_ccpa, RegimeId::us_co_cpa, RegimeId::us_union,
                                RegimeId::us_none, RegimeId::unknown}) {
    CHECK(text(over.of(regime)) == "2027-02-28T10:00:00.000Z");
  }
  retention.requests = {3, RetentionUnit::years};
  CHECK(text(requests_over(retention, now).of(RegimeId::us_ca_ccpa)) == "2026-02-28T10:00:00.000Z");
}

TEST_CASE("A record is kept for its period after the next one came, or after it expired") {
  const TimePoint start = FakeClock().now();
  const Retention retention;
  const auto stored = [&](std::uint64_t sequence, std::chrono::days at, Choice analytics,
                          std::chrono::hours event = {}) {
    Record record;
    record.sequence = sequence;
    record.time = start + at;
    record.event = make_uuid_v7(record.time + event);
    record.action = Action::save;
    record.choices.set(Purpose::analytics, analytics);
    record.expires_at = record.time + kConsentLifetime;
    return StoredRecord{.record = record};
  };
  const auto state_after = [](std::span<const StoredRecord> records) {
    RecordState state;
    for (const StoredRecord& one : records) state = apply(state, one.record);
    return state;
  };
  const auto up_to = [&](std::span<const StoredRecord> records, TimePoint now) {
    return superseded_up_to(records, state_after(records), retention, now);
  };
  const auto over = [&](std::chrono::days at) {
    return retention.consent_records.after(start + at);
  };
  using std::chrono::days;
  constexpr Choice kYes = Choice::granted;
  constexpr Choice kNo = Choice::denied;
  const std::array renewed = {stored(1, days(0), kYes), stored(4, days(100), kYes),
                              stored(9, days(400), kYes)};
  CHECK(up_to(renewed, over(days(100)) - 1s) == 0);
  CHECK(up_to(renewed, over(days(100))) == 1);
  CHECK(up_to(renewed, over(days(282)) - 1s) == 1);  // the second expired before the third came
  CHECK(up_to(renewed, over(days(282))) == 4);
  CHECK(up_to(renewed, over(days(9000))) == 4);  // never the newest
  CHECK(up_to(std::span(renewed).first(1), over(days(9000))) == 0);
  const std::array denied = {stored(1, days(0), kNo), stored(4, days(400), kYes)};
  CHECK(up_to(denied, over(days(400)) - 1s) == 0);
  CHECK(up_to(denied, over(days(400))) == 1);
  // A grant made before a denial came after it and changed nothing: the denial is what counts.
  const std::array late = {stored(1, days(0), kNo), stored(4, days(1), kYes, -48h)};
  CHECK(up_to(late, over(days(9000))) == 0);
  std::array thinned = renewed;
  thinned[0].erased = true;
  CHECK(superseded_up_to(thinned, state_after(renewed), retention, over(days(282))) == 4);
  thinned[1].erased = true;
  CHECK(superseded_up_to(thinned, state_after(renewed), retention, over(days(9000))) == 0);
}

TEST_CASE("Of a subject who renews, what was superseded too long ago goes, and the state stays") {
  Swept test;
  Ledger& ledger = test.service.service().ledger;
  const std::string loyal = test.grant("DE");
  const SubjectId id = parse_subject_id(loyal).value();
  const auto renew = [&](std::chrono::days later) {
    test.service.clock().advance(later);
    Record anew = ledger.latest(kSite, id).value();
    anew.time = test.service.clock().now();
    anew.event = make_uuid_v7(anew.time);
    anew.id = make_uuid_v7(anew.time);
    anew.expires_at = anew.time + kConsentLifetime;
    REQUIRE_FALSE(ledger.append(anew).failure);
    return anew.event;
  };
  for (int i = 0; i < 4; ++i) renew(std::chrono::days(150));
  CHECK(test.sweep().zones[0].renewed == 0);
  const EventId newest = renew(std::chrono::days(150));  // 750 days
  test.service.clock().advance(std::chrono::days(140));
  const auto held = [&] {
    const auto records = ledger.history(kSite, id).records;
    return std::count_if(records.begin(), records.end(),
                         [](const StoredRecord& one) { return !one.erased; });
  };
  CHECK(test.sweep(SweepMode::dry_run).zones[0].superseded == 1);
  CHECK(held() == 6);
  REQUIRE(ledger.set_legal_hold(kSite, id, true, test.service.clock().now()).found);
  CHECK(test.sweep().zones[0].frozen == 1);
  CHECK(held() == 6);
  REQUIRE(ledger.set_legal_hold(kSite, id, false, test.service.clock().now()).found);
  const SweepReport report = test.sweep();
  CHECK(report.zones[0].destroyed == 0);
  CHECK(report.zones[0].renewed == 1);
  CHECK(report.zones[0].superseded == 1);
  CHECK_THAT(to_lines(report, SweepMode::destroy).front(),
             Catch::Matchers::ContainsSubstring("1 superseded records of 1 others destroyed"));
  CHECK(held() == 5);
  CHECK(ledger.history(kSite, id).records.front().erased);
  CHECK(test.reason(loyal) == "granted");
  CHECK(ledger.find_event(newest));
  CHECK(ledger.changes(Zone::eu, 0, 10).front().destroyed());
  REQUIRE(report.zones[0].certificate);
  const JsonValue json(*find_certificate(*test.service.service().logs->find(Zone::eu),
                                         *report.zones[0].certificate));
  CHECK(member(json, "certificate/scope/subjects")->integer() == 0);
  CHECK(member(json, "certificate/scope/records")->integer() == 1);
  CHECK(member(json, "certificate/scope/superseded_records")->integer() == 1);
  CHECK(member(json, "certificate/verification/left")->integer() == 0);
  CHECK(text_of(json, "certificate/method/key") == "none destroyed");
  CHECK(text_of(json, "certificate/method/write_ahead_log") == "emptied");
  const ZoneKeys keys(Zone::eu, zone_keys_directory(test.service.data_dir(), Zone::eu), {},
                      MissingKeys::refuse);
  const LedgerCheck check = check_ledger(zone_directory(test.service.data_dir(), Zone::eu),
                                         Zone::eu, &keys, [](std::uint64_t, std::uint64_t) {});
  CHECK(check.failure.empty());
  CHECK(check.opened);
  CHECK(test.sweep().zones[0].superseded == 0);
}

TEST_CASE("A sweep destroys what is over in each zone, and certifies it there") {
  Swept test;
  const std::string german = test.grant("DE");
  const std::string texan = test.grant("US-TX");
  test.service.clock().advance(kLongAgo);
  const std::string young = test.grant("DE");
  const SweepReport report = test.sweep();
  CHECK(report.failure.empty());
  REQUIRE(report.zones.size() == 2);
  CHECK(report.zones[0].subjects == 1);  // the young one is not read
  CHECK(report.zones[0].destroyed == 1);
  CHECK(report.zones[0].records == 1);
  CHECK(report.zones[1].destroyed == 1);
  CHECK(test.reason(german) == "erased");
  CHECK(test.reason(texan) == "erased");
  CHECK(test.reason(young) == "granted");
  for (const ZoneSweep& zone : report.zones) {
    REQUIRE(zone.certificate);
    ZoneLog& log = *test.service.service().logs->find(zone.zone);
    const auto signed_one = find_certificate(log, *zone.certificate);
    REQUIRE(signed_one);
    const JsonValue json(*signed_one);
    CHECK(text_of(json, "certificate/requested_by") == "retention");
    CHECK(text_of(json, "certificate/legal_basis") == "GDPR art. 5(1)(e)");
    CHECK(member(json, "certificate/scope/subjects")->integer() == 1);
    CHECK(member(json, "certificate/verification/left")->integer() == 0);
  }
  const SweepReport second = test.sweep();
  CHECK(second.zones[0].destroyed == 0);
  CHECK_FALSE(second.zones[0].certificate);
}

TEST_CASE("Requests whose period is over leave with a certificate, also when nothing else does") {
  Swept test;
  RequestRegister& requests = test.service.service().ledger.requests();
  const TimePoint start = test.service.clock().now();
  RightsRequest request;
  request.id = make_uuid_v7(start);
  request.site = kSite;
  request.zone = Zone::us;
  request.received_at = request.changed_at = request.due_at = start;
  request.state = RequestState::completed;
  request.closed_at = start;
  REQUIRE(requests.put(request) == RequestPut::stored);
  const TimePoint over = test.service.site().retention.requests.after(start);
  test.service.clock().advance(over - start);
  CHECK(test.sweep().zones[1].requests == 0);
  test.service.clock().advance(1s);
  const std::string file = zone_file_path(test.service.data_dir(), Zone::us);
  const std::string payload = [&] {
    SqliteConnection connection(file, SqliteConnection::Mode::read_only);
    SqliteStatement row = connection.prepare("SELECT payload FROM requests");
    REQUIRE(row.step());
    const auto bytes = row.bytes(0);
    return std::string(bytes.begin(), bytes.end());
  }();
  CHECK(read_text_file(file + "-wal").text.find(payload) != std::string::npos);
  const SweepReport planned = test.sweep(SweepMode::dry_run);
  CHECK(planned.zones[1].requests == 1);
  CHECK_FALSE(planned.zones[1].certificate);
  const SweepReport report = test.sweep();
  CHECK(report.zones[0].requests == 0);
  CHECK_FALSE(report.zones[0].certificate);
  CHECK(report.zones[1].requests == 1);
  REQUIRE(report.zones[1].certificate);
  const JsonValue json(*find_certificate(*test.service.service().logs->find(Zone::us),
                                         *report.zones[1].certificate));
  CHECK(member(json, "certificate/scope/requests")->integer() == 1);
  CHECK(member(json, "certificate/scope/records")->integer() == 0);
  CHECK(member(json, "certificate/verification/left")->integer() == 0);
  CHECK(text_of(json, "certificate/method/write_ahead_log") == "emptied");
  CHECK_FALSE(requests.find(request.id));
  for (const char* end : {"", "-wal"}) {
    CHECK(read_text_file(file + end).text.find(payload) == std::string::npos);
  }
  CHECK_FALSE(test.sweep().zones[1].certificate);
}

TEST_CASE("A dry run counts and changes nothing") {
  Swept test;
  const std::string german = test.grant("DE");
  test.service.clock().advance(kLongAgo);
  const std::uint64_t entries = test.service.service().logs->find(Zone::eu)->size();
  const SweepReport report = test.sweep(SweepMode::dry_run);
  CHECK(report.zones[0].destroyed == 1);
  CHECK(to_lines(report, SweepMode::dry_run).front().find("1 would be destroyed") !=
        std::string::npos);
  CHECK(test.reason(german) == "expired");
  CHECK(test.service.service().logs->find(Zone::eu)->size() == entries);
}

TEST_CASE("A legal hold and a restriction freeze, and what is lifted goes with the next sweep") {
  Swept test;
  Ledger& ledger = test.service.service().ledger;
  const std::string held = test.grant("DE");
  const std::string restricted = test.grant("DE");
  const auto id = [](const std::string& text) { return parse_subject_id(text).value(); };
  const TimePoint now = test.service.clock().now();
  REQUIRE(ledger.set_legal_hold(kSite, id(held), true, now).found);
  REQUIRE(ledger.mark(kSite, id(restricted), RecordKind::restricted, now).found);
  test.service.clock().advance(kLongAgo);
  const SweepReport frozen = test.sweep();
  CHECK(frozen.zones[0].frozen == 2);
  CHECK(frozen.zones[0].destroyed == 0);
  CHECK(ledger.latest(kSite, id(held)));
  CHECK(ledger.latest(kSite, id(restricted)));
  REQUIRE(ledger.set_legal_hold(kSite, id(held), false, now).found);
  REQUIRE(ledger.mark(kSite, id(restricted), RecordKind::released, now).found);
  CHECK(test.sweep().zones[0].destroyed == 2);
}

TEST_CASE("Event files of days that are over are removed") {
  Swept test;
  const std::string token =
      text_of(json_of(test.service.post_consent(test.service.consent("DE"))), "token");
  REQUIRE(
      test.service.post_events("\"" + token + "\"", "[" + test.service.page_view() + "]").status ==
      202);
  EventSink& sink = test.service.service().sink;
  test.service.clock().advance(std::chrono::days(760));  // 25 months are 761 or so
  CHECK(test.sweep().event_days == 0);
  test.service.clock().advance(std::chrono::days(3));
  CHECK(test.sweep(SweepMode::dry_run).event_days == 1);
  CHECK(sink.days().size() == 1);
  const SweepReport report = test.sweep();
  CHECK(report.event_days == 1);
  CHECK(sink.days().empty());
  CHECK(report.zones[0].certificate);
}

TEST_CASE("A sweep that is stopped has certified what it did, and the next one goes on") {
  Swept test;
  for (int i = 0; i < 3; ++i) test.grant("DE");
  test.service.clock().advance(kLongAgo);
  int asked = 0;
  const SweepReport first = test.sweep(SweepMode::destroy, [&] { return ++asked > 1; });
  CHECK_FALSE(first.ended);
  CHECK(first.zones[0].destroyed == 1);
  CHECK(first.zones[0].certificate);
  const SweepReport second = test.sweep();
  CHECK(second.ended);
  CHECK(second.zones[0].destroyed == 2);
}

TEST_CASE("What does not open is left, told, and does not keep the others") {
  Swept test;
  const std::string german = test.grant("DE");
  const std::string other = test.grant("DE");
  const std::string texan = test.grant("US-TX");
  test.service.clock().advance(kLongAgo);
  SqliteConnection(zone_file_path(test.service.data_dir(), Zone::eu),
                   SqliteConnection::Mode::read_write)
      .execute(
          "UPDATE subjects SET state = zeroblob(length(state)) WHERE hash = (SELECT min(hash) "
          "FROM subjects)");
  const SweepReport report = test.sweep();
  CHECK(report.failure.empty());
  REQUIRE(report.zones.size() == 2);
  CHECK(report.zones[0].damaged == 1);
  CHECK(report.zones[0].destroyed == 1);
  CHECK(report.zones[1].destroyed == 1);
  CHECK_THAT(to_lines(report, SweepMode::destroy).front(),
             Catch::Matchers::ContainsSubstring("1 that do not open"));
}

TEST_CASE("A day of events that cannot be removed does not keep the rest") {
  struct StuckSink final : EventSink {
    std::optional<SinkFailure> append(std::span<const PseudonymisedEvent>, TimePoint) override {
      return std::nullopt;
    }
    std::optional<SinkFailure> read_day(
        Date, const std::function<void(std::string_view)>&) const override {
      return std::nullopt;
    }
    std::optional<SinkFailure> read(Date,
                                    const std::function<void(std::string_view)>&) const override {
      return std::nullopt;
    }
    Removal remove(std::span<const Pseudonym>, Date) override { return {}; }
    std::vector<Date> days() const override { return {Date{}, Date{std::chrono::days(1)}}; }
    Removal remove_day(Date day) override {
      if (day == Date{}) return {.events = 0, .failure = SinkFailure{"1970-01-01: stuck"}};
      return {.events = 7, .failure = {}};
    }
    std::optional<SinkFailure> probe() override { return std::nullopt; }
  };
  TestService::Parts parts;
  parts.sink = std::make_unique<StuckSink>();
  Swept test{.service = TestService(std::move(parts))};
  const std::string german = test.grant("DE");
  test.service.clock().advance(kLongAgo);
  const SweepReport report = test.sweep();
  CHECK(report.failure == "1970-01-01: stuck");
  CHECK(report.event_days == 1);
  CHECK(report.zones[0].destroyed == 1);
  CHECK(test.reason(german) == "erased");
}

TEST_CASE("Who decides anew while a sweep looks is kept") {
  Swept test;
  Ledger& ledger = test.service.service().ledger;
  const std::string returning = test.grant("DE");
  const SubjectId subject = parse_subject_id(returning).value();
  test.service.clock().advance(kLongAgo);
  const SweepReport report = test.sweep(SweepMode::destroy, [&] {  // asked after the look
    Record anew = ledger.latest(kSite, subject).value();
    anew.time = test.service.clock().now();
    anew.event = make_uuid_v7(anew.time);
    anew.id = make_uuid_v7(anew.time);
    REQUIRE_FALSE(ledger.append(anew).failure);
    return false;
  });
  CHECK(report.zones[0].subjects == 1);
  CHECK(report.zones[0].destroyed == 0);
  CHECK(ledger.latest(kSite, subject));
}

TEST_CASE("Entries of the log go when their period is over, and what proves the others stays") {
  Swept test;
  const Service& all = test.service.service();
  Ledger& ledger = all.ledger;
  ZoneLog& log = *all.logs->find(Zone::eu);
  const std::string directory = zone_directory(test.service.data_dir(), Zone::eu);
  const SubjectId gone = parse_subject_id(test.grant("DE")).value();
  const SubjectId held = parse_subject_id(test.grant("DE")).value();
  const TimePoint start = test.service.clock().now();
  REQUIRE(ledger.set_legal_hold(kSite, held, true, start).found);
  const auto before = log.prove_id(ledger.latest(kSite, gone)->id);
  const RecordId kept = ledger.latest(kSite, held)->id;
  REQUIRE(before);
  const auto head =
      parse_checkpoint(*parse_verifier_key(log.verifier_key())->open(before->checkpoint))->head;
  REQUIRE(ledger.erase(kSite, gone, ErasureCause::request, start).outcome ==
          Erasure::Outcome::erased);
  const TimePoint over = test.service.site().retention.audit_entries.after(start);
  test.service.clock().advance(over - start - std::chrono::hours(1));
  CHECK(test.sweep().zones[0].entries == 0);
  test.service.clock().advance(std::chrono::hours(2));
  CHECK(test.sweep(SweepMode::dry_run).zones[0].entries == 2);
  CHECK(log.prove(before->leaf));
  const SweepReport report = test.sweep();
  CHECK(report.failure.empty());
  CHECK(report.zones[0].entries == 2);  // the grant and its erasure
  CHECK(report.zones[0].frozen == 1);
  REQUIRE(report.zones[0].certificate);
  const JsonValue json(*find_certificate(log, *report.zones[0].certificate));
  CHECK(member(json, "certificate/scope/log_entries")->integer() == 2);
  CHECK(member(json, "certificate/verification/left")->integer() == 0);

  CHECK_FALSE(log.prove(before->leaf));
  CHECK(log.entries(before->leaf, 1).front().empty());
  CHECK(log.hash_of_leaf(before->leaf) == leaf_hash(before->entry));
  CHECK(log.prove_id(kept));
  CHECK(log.prove_consistency(head.size));
  const std::uint16_t width = static_cast<std::uint16_t>(head.size);
  CHECK(log.tile({.bundle = false, .level = 0, .number = 0, .width = width}));
  CHECK_FALSE(log.tile({.bundle = true, .level = 0, .number = 0, .width = width}));
  const auto quietly = [](std::uint64_t, std::uint64_t) {};
  const AuditReport audit = audit_ledger(directory, head, quietly);
  CHECK(audit.failure.empty());
  CHECK(audit.destroyed == 2);
  http::Request request = test.service.request("GET", "/v1/audit");
  request.headers.emplace_back("Authorization", "Bearer " + test.service.api_key("privacy"));
  CHECK_THAT(test.service.inside(std::move(request)).body,
             Catch::Matchers::ContainsSubstring("\"destroyed\":true"));

  CHECK(ledger.history(kSite, gone).records.empty());
  CHECK(ledger.state_of(kSite, gone).state.hold == Hold::erased);
  CHECK(erase_subject(all, gone, DestructionCause::data_subject).outcome ==
        SubjectErasure::Outcome::not_found);
  CHECK(ledger.latest(kSite, held));
  const ZoneKeys keys(Zone::eu, zone_keys_directory(test.service.data_dir(), Zone::eu), {},
                      MissingKeys::refuse);
  CHECK(check_ledger(directory, Zone::eu, &keys, quietly).failure.empty());
  CHECK(test.sweep().zones[0].entries == 0);

  SqliteConnection file(zone_file_path(test.service.data_dir(), Zone::eu),
                        SqliteConnection::Mode::read_write);
  CHECK_THROWS(file.execute("DELETE FROM records"));
  CHECK_THROWS(file.execute("UPDATE log_entries SET entry = zeroblob(91)"));
  file.execute(
      "UPDATE log_entries SET entry = zeroblob(90) WHERE leaf = (SELECT max(leaf) FROM "
      "log_entries)");
  CHECK_THAT(audit_ledger(directory, head, quietly).failure,
             Catch::Matchers::ContainsSubstring(
                 "was destroyed, and the log does not say that its period was over"));
}

TEST_CASE("Of a subject who goes on for longer than the log's period the newest records stay") {
  Swept test;
  Ledger& ledger = test.service.service().ledger;
  const SubjectId id = parse_subject_id(test.grant("DE")).value();
  for (int i = 0; i < 16; ++i) {  // 2400 days, over six years
    test.service.clock().advance(std::chrono::days(150));
    Record anew = ledger.latest(kSite, id).value();
    anew.time = test.service.clock().now();
    anew.event = make_uuid_v7(anew.time);
    anew.id = make_uuid_v7(anew.time);
    anew.expires_at = anew.time + kConsentLifetime;
    REQUIRE_FALSE(ledger.append(anew).failure);
  }
  const SweepReport report = test.sweep();
  CHECK(report.failure.empty());
  CHECK(report.zones[0].superseded == 11);
  CHECK(report.zones[0].entries == 2);
  CHECK(ledger.history(kSite, id).records.size() == 15);
  const std::string directory = zone_directory(test.service.data_dir(), Zone::eu);
  const ZoneKeys keys(Zone::eu, zone_keys_directory(test.service.data_dir(), Zone::eu), {},
                      MissingKeys::refuse);
  CHECK(check_ledger(directory, Zone::eu, &keys, [](std::uint64_t, std::uint64_t) {
        }).failure.empty());
  SqliteConnection file(zone_file_path(test.service.data_dir(), Zone::eu),
                        SqliteConnection::Mode::read_write);
  file.execute(
      "DELETE FROM records WHERE sequence = (SELECT max(sequence) FROM records WHERE payload IS "
      "NULL)");
  CHECK(ledger.history(kSite, id).failure);  // what no sweep has removed is damage
}

TEST_CASE("A sweep destroys copies with their records, and what an erasure left of them") {
  Swept test;
  const std::string over = test.grant("DE");
  const std::string texan = test.grant("US-TX");
  test.service.clock().advance(kLongAgo);
  const std::string young = test.grant("DE");
  Ledger& ledger = test.service.service().ledger;
  const auto copy = [&] {
    return ledger.copies().copy(kSite, {Zone::eu, Zone::us}, 100, test.service.clock().now());
  };
  const auto copies_of = [&](const std::string& subject) {
    return ledger.copies().held(kSite, parse_subject_id(subject).value()).size();
  };
  REQUIRE(copy().copied == 2);
  const SweepReport planned = test.sweep(SweepMode::dry_run);
  CHECK(planned.zones[0].destroyed == 1);
  CHECK(copies_of(over) == 1);
  // As left by a crash between the two zones: a copy without its original.
  SqliteConnection(zone_file_path(test.service.data_dir(), Zone::eu),
                   SqliteConnection::Mode::read_write)
      .execute("UPDATE records SET payload = NULL WHERE sequence = 2");
  CHECK(test.sweep(SweepMode::dry_run).zones[1].orphans == 1);
  const SweepReport report = test.sweep();
  CHECK(report.failure.empty());
  CHECK(report.zones[0].destroyed == 1);
  CHECK(report.zones[0].copies == 1);
  CHECK(report.zones[1].orphans == 1);
  CHECK(copies_of(over) == 0);
  CHECK(copies_of(young) == 0);
  const auto lines = to_lines(report, SweepMode::destroy);
  CHECK_THAT(lines[0],
             Catch::Matchers::ContainsSubstring("1 copies of them in another zone destroyed"));
  CHECK_THAT(lines[1],
             Catch::Matchers::ContainsSubstring("1 copies whose original was gone destroyed"));
  for (const ZoneSweep& zone : report.zones) {
    REQUIRE(zone.certificate);
    const JsonValue json(
        *find_certificate(*test.service.service().logs->find(zone.zone), *zone.certificate));
    const JsonArray& copies = *member(json, "certificate/copies")->array();
    REQUIRE(copies.size() == 1);
    CHECK(*copies.front().find("zone")->string() == "us");
    CHECK(copies.front().find("records")->integer() == 1);
    CHECK(member(json, "certificate/verification/left")->integer() == 0);
    CHECK(text_of(json, "certificate/method/write_ahead_log") == "emptied");
  }
  CHECK(audit_ledger(zone_directory(test.service.data_dir(), Zone::us), {},
                     [](std::uint64_t, std::uint64_t) {})
            .failure.empty());
}
