// The register of data subjects' requests: durable, sealed, logged, and what an erasure, a rotation
// and the end of its period leave of it.

#include "ledger/request_register.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "audit/ledger_audit.h"
#include "audit/tree_log.h"
#include "formats/uuid.h"
#include "ledger/key_rotation.h"
#include "ledger/ledger.h"
#include "ledger/ledger_check.h"
#include "rights/request_steps.h"
#include "sample_record.h"
#include "support/catch.h"
#include "support/temporary_directory.h"
#include "visitor/subject_id.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr const char* kNote = "canary: came by letter";
const Progress kUnwatched = [](std::uint64_t, std::uint64_t) {};

struct Kept {
  TemporaryDirectory directory;
  std::string data_dir = directory.path().string();
  std::string zone = zone_directory(data_dir, Zone::eu);
  TimePoint now = grant(1).time;

  std::unique_ptr<Ledger> open() const {
    return open_sqlite_ledger(
        {.data_dir = data_dir, .zones = {Zone::eu}, .change_log = [zone = zone](Zone) {
           return std::make_unique<TreeLog>(zone);
         }});
  }
  RightsRequest request(Right right, std::optional<SubjectId> subject = {},
                        std::chrono::hours later = {}) const {
    RightsRequest request;
    request.id = make_uuid_v7(now);
    request.site = kSite;
    request.right = right;
    request.regime = RegimeId::eu_gdpr;
    request.region = parse_region("DE");
    request.subject = subject;
    request.received_at = now + later;
    request.changed_at = request.received_at;
    request.note = kNote;
    set_deadlines(request);
    return request;
  }
  void change(const char* sql) const {
    SqliteConnection(zone + "/ledger.sqlite", SqliteConnection::Mode::read_write).execute(sql);
  }
  std::string audit() const { return audit_ledger(zone, {}, kUnwatched).failure; }
  std::string bytes() const {
    std::ostringstream all;
    for (const auto& entry : std::filesystem::directory_iterator(zone)) {
      if (entry.is_regular_file()) all << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    }
    return all.str();
  }
};

RightsRequest next(RightsRequest request, RequestState state, const std::string& reason,
                   TimePoint now) {
  REQUIRE(take_step(request, state, reason, now) == StepFlaw::none);
  ++request.revision;
  request.changed_at = now;
  return request;
}

void check_same(const RightsRequest& a, const RightsRequest& b) {
  CHECK(request_text(a) == request_text(b));
  CHECK(a.id == b.id);
  CHECK(a.zone == b.zone);
}

std::vector<RecordId> ids(const std::vector<RightsRequest>& requests) {
  std::vector<RecordId> all;
  for (const RightsRequest& request : requests) all.push_back(request.id);
  return all;
}

}  // namespace

TEST_CASE("a request is as it was put, also after a restart, and the file tells nothing of it") {
  const Kept kept;
  const RightsRequest first = kept.request(Right::access, subject(1));
  {
    const auto ledger = kept.open();
    REQUIRE(ledger->requests().put(first) == RequestPut::stored);
  }
  const auto ledger = kept.open();
  check_same(ledger->requests().find(first.id).value(), first);
  CHECK_FALSE(ledger->requests().find(make_uuid_v7(kept.now)).has_value());
  const std::string bytes = kept.bytes();
  CHECK(bytes.find("canary") == std::string::npos);
  CHECK(bytes.find(subject_text(*first.subject)) == std::string::npos);
  const std::string raw(first.subject->begin(), first.subject->end());
  CHECK(bytes.find(raw) == std::string::npos);
  CHECK(kept.audit().empty());
}

TEST_CASE("of two changes of one revision the second is refused") {
  const Kept kept;
  const auto ledger = kept.open();
  const RightsRequest first = kept.request(Right::rectify);
  REQUIRE(ledger->requests().put(first) == RequestPut::stored);
  CHECK(ledger->requests().put(first) == RequestPut::changed);
  const auto extended = next(first, RequestState::extended, "many records", kept.now);
  const auto refused = next(first, RequestState::refused, "unfounded", kept.now);
  REQUIRE(ledger->requests().put(extended) == RequestPut::stored);
  CHECK(ledger->requests().put(refused) == RequestPut::changed);
  check_same(ledger->requests().find(first.id).value(), extended);
  auto unknown = kept.request(Right::access);
  unknown.revision = 2;
  CHECK(ledger->requests().put(unknown) == RequestPut::changed);
}

TEST_CASE("requests are listed by when they are due, page by page") {
  const Kept kept;
  const auto ledger = kept.open();
  RequestRegister& requests = ledger->requests();
  std::vector<RightsRequest> all;
  for (const int day : {5, 1, 3, 1}) {
    all.push_back(kept.request(Right::access, subject(static_cast<std::uint8_t>(day)),
                               std::chrono::hours(24 * day)));
    REQUIRE(requests.put(all.back()) == RequestPut::stored);
  }
  const auto closed = next(all[2], RequestState::completed, "", kept.now);
  REQUIRE(requests.put(closed) == RequestPut::stored);
  const auto order = ids(requests.list(kSite, {}));
  REQUIRE(order.size() == 4);
  CHECK(order[2] == all[2].id);
  CHECK(order[3] == all[0].id);

  RequestQuestion question;
  question.limit = 1;
  std::vector<RecordId> paged;
  for (auto page = requests.list(kSite, question); !page.empty();
       page = requests.list(kSite, question)) {
    paged.push_back(page.front().id);
    question.after = RequestPlace{page.front().due_at, page.front().id};
  }
  CHECK(paged == order);

  RequestQuestion open;
  open.states = 1;
  CHECK(requests.list(kSite, open).size() == 3);
  RequestQuestion soon;
  soon.due_before = all[2].due_at;
  CHECK(requests.list(kSite, soon).size() == 2);
  RequestQuestion whose;
  whose.subject = subject(1);
  CHECK(requests.list(kSite, whose).size() == 2);

  CHECK(requests.counts(kept.now).open == 3);
  CHECK(requests.counts(kept.now).overdue == 0);
  CHECK(requests.counts(all[0].due_at).overdue == 2);
  CHECK(requests.counts(all[0].due_at + std::chrono::milliseconds(1)).overdue == 3);
}

TEST_CASE("an erasure takes the subject and the notes, and completes what asked for it") {
  const Kept kept;
  const auto ledger = kept.open();
  RequestRegister& requests = ledger->requests();
  REQUIRE_FALSE(ledger->append(grant(1)).failure);
  const RightsRequest access = kept.request(Right::access, subject(1));
  const RightsRequest erase = kept.request(Right::erase, subject(1));
  const RightsRequest other = kept.request(Right::erase, subject(2));
  for (const auto& one : {access, erase, other}) REQUIRE(requests.put(one) == RequestPut::stored);
  REQUIRE(ledger->erase(kSite, subject(1), ErasureCause::request, kept.now).outcome ==
          Erasure::Outcome::erased);
  const auto left = requests.find(access.id).value();
  CHECK_FALSE(left.subject.has_value());
  CHECK(left.note.empty());
  CHECK(left.state == RequestState::received);
  const auto done = requests.find(erase.id).value();
  CHECK(done.state == RequestState::completed);
  CHECK(done.closed_at == kept.now);
  CHECK_FALSE(done.subject.has_value());
  check_same(requests.find(other.id).value(), other);

  RequestQuestion whose;
  whose.subject = subject(1);
  CHECK(requests.list(kSite, whose).size() == 2);
  const RightsRequest late = kept.request(Right::access, subject(1));
  REQUIRE(requests.put(late) == RequestPut::stored);
  CHECK_FALSE(requests.find(late.id).value().subject.has_value());
  CHECK(requests.list(kSite, whose).size() == 3);
  CHECK(kept.audit().empty());
}

TEST_CASE("what retention erases asks nobody's request") {
  const Kept kept;
  const auto ledger = kept.open();
  REQUIRE_FALSE(ledger->append(grant(1)).failure);
  const RightsRequest erase = kept.request(Right::erase, subject(1));
  REQUIRE(ledger->requests().put(erase) == RequestPut::stored);
  REQUIRE(ledger->erase(kSite, subject(1), ErasureCause::retention, kept.now).outcome ==
          Erasure::Outcome::erased);
  CHECK(ledger->requests().find(erase.id).value().state == RequestState::received);
  CHECK_FALSE(ledger->requests().find(erase.id).value().subject.has_value());
}

TEST_CASE("closed requests leave when their time is over, but not those of a held subject") {
  const Kept kept;
  const auto ledger = kept.open();
  RequestRegister& requests = ledger->requests();
  REQUIRE_FALSE(ledger->append(grant(1)).failure);
  REQUIRE(ledger->set_legal_hold(kSite, subject(1), true, kept.now).found);
  const auto put = [&](std::optional<SubjectId> whose, bool close) {
    RightsRequest request = kept.request(Right::access, whose);
    REQUIRE(requests.put(request) == RequestPut::stored);
    if (close) {
      request = next(request, RequestState::refused, "unfounded", kept.now);
      REQUIRE(requests.put(request) == RequestPut::stored);
    }
    return request.id;
  };
  const RecordId over = put(subject(2), true);
  const RecordId held = put(subject(1), true);
  const RecordId open = put(std::nullopt, false);
  const TimePoint later = kept.now + std::chrono::milliseconds(1);
  CHECK(requests.count_closed(Zone::eu, {kept.now}) == 0);
  CHECK(requests.count_closed(Zone::eu, {later}) == 1);
  CHECK(requests.remove_closed(Zone::eu, {later}, later) == 1);
  CHECK_FALSE(requests.find(over).has_value());
  CHECK(requests.find(held).has_value());
  CHECK(requests.find(open).has_value());
  CHECK(requests.remove_closed(Zone::eu, {later}, later) == 0);
  CHECK(kept.audit().empty());
}

TEST_CASE("a closed request stays as long as the regime it was answered under has it stay") {
  const Kept kept;
  const auto ledger = kept.open();
  RequestRegister& requests = ledger->requests();
  const auto closed_under = [&](RegimeId regime) {
    RightsRequest request = kept.request(Right::access);
    request.regime = regime;
    REQUIRE(requests.put(request) == RequestPut::stored);
    request = next(request, RequestState::refused, "unfounded", kept.now);
    REQUIRE(requests.put(request) == RequestPut::stored);
    return request.id;
  };
  const RecordId european = closed_under(RegimeId::eu_gdpr);
  const RecordId californian = closed_under(RegimeId::us_ca_ccpa);
  const RecordId damaged = closed_under(RegimeId::eu_gdpr);
  {
    SqliteConnection file(kept.zone + "/ledger.sqlite", SqliteConnection::Mode::read_write);
    SqliteStatement spoil =
        file.prepare("UPDATE requests SET payload = zeroblob(length(payload)) WHERE id = ?");
    spoil.bind_blob(0, damaged).run();
  }
  const TimePoint later = kept.now + std::chrono::milliseconds(1);
  const ClosedBefore some{.latest = later, .earlier = {{RegimeId::us_ca_ccpa, kept.now}}};
  CHECK(requests.count_closed(Zone::eu, some) == 1);
  CHECK(requests.remove_closed(Zone::eu, some, later) == 1);
  CHECK_FALSE(requests.find(european).has_value());
  CHECK(requests.find(californian).has_value());
  const ClosedBefore all{.latest = later + std::chrono::hours(1),
                         .earlier = {{RegimeId::us_ca_ccpa, later}}};
  CHECK(requests.remove_closed(Zone::eu, all, later) == 2);
  CHECK_FALSE(requests.find(californian).has_value());
  CHECK_FALSE(requests.find(damaged).has_value());
}

TEST_CASE("an audit finds a request that was changed, removed or put in") {
  const auto written = [] {
    auto kept = std::make_unique<Kept>();
    const auto ledger = kept->open();
    for (int i = 0; i < 3; ++i) {
      RightsRequest request = kept->request(Right::access, subject(1));
      REQUIRE(ledger->requests().put(request) == RequestPut::stored);
      request = next(request, RequestState::acknowledged, "", kept->now);
      REQUIRE(ledger->requests().put(request) == RequestPut::stored);
    }
    return kept;
  };
  CHECK(written()->audit().empty());
  const auto check = [&](const char* sql, const char* finding) {
    const auto kept = written();
    kept->change(sql);
    CHECK_THAT(kept->audit(), ContainsSubstring(finding));
  };
  check("UPDATE requests SET payload = randomblob(100) WHERE id = (SELECT max(id) FROM requests)",
        "is not what entry");
  check("DELETE FROM requests WHERE id = (SELECT min(id) FROM requests)", "requests were removed");
  check(
      "INSERT INTO requests SELECT randomblob(16), subject, state, revision, due, closed, "
      "wrapped_key, kek, payload FROM requests LIMIT 1",
      "has no entry in the log");
}

TEST_CASE("what is in clear beside a request is bound to it") {
  const Kept kept;
  {
    const auto ledger = kept.open();
    REQUIRE(ledger->requests().put(kept.request(Right::access)) == RequestPut::stored);
  }
  const ZoneKeys keys(Zone::eu, zone_keys_directory(kept.data_dir, Zone::eu), {},
                      MissingKeys::refuse);
  CHECK(check_ledger(kept.zone, Zone::eu, &keys, kUnwatched).failure.empty());
  kept.change("UPDATE requests SET due = due + 86400000");
  CHECK_THAT(check_ledger(kept.zone, Zone::eu, &keys, kUnwatched).failure,
             ContainsSubstring("is not what its row says"));
  CHECK_THROWS_AS(kept.open()->requests().list(kSite, {}), std::runtime_error);
}

TEST_CASE("a rotation wraps the keys of requests anew, too") {
  const Kept kept;
  const RightsRequest request = kept.request(Right::access, subject(1));
  REQUIRE(kept.open()->requests().put(request) == RequestPut::stored);
  {
    TreeLog log(kept.zone);
    CHECK(rotate_keys(kept.data_dir, Zone::eu, {}, log, kUnwatched).rewrapped == 1);
  }
  check_same(kept.open()->requests().find(request.id).value(), request);
}

TEST_CASE("a ledger of the version before gets a register at its first start") {
  const Kept kept;
  const Record record = grant(1);
  REQUIRE_FALSE(kept.open()->append(record).failure);
  // What the version before left: it had neither the table nor its indexes, nor what came later.
  for (const char* sql : {"DROP TABLE requests", "DROP TABLE copies", "DROP TABLE copied_subjects",
                          "DROP TABLE copying"}) {
    kept.change(sql);
  }
  kept.change("PRAGMA user_version = 4");
  CHECK(kept.audit().empty());
  const auto ledger = kept.open();
  CHECK(ledger->history(kSite, subject(1)).records.size() == 1);
  const RightsRequest request = kept.request(Right::portability, subject(1));
  REQUIRE(ledger->requests().put(request) == RequestPut::stored);
  check_same(ledger->requests().find(request.id).value(), request);
  CHECK(SqliteConnection(kept.zone + "/ledger.sqlite", SqliteConnection::Mode::read_only)
            .integer("PRAGMA user_version") == 6);
  CHECK(kept.audit().empty());
}
