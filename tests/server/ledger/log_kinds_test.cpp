// Which change gives which entry of the log, and that nothing changes without one.

#include "audit/ledger_audit.h"
#include "audit/tree_log.h"
#include "formats/timestamp.h"
#include "formats/uuid.h"
#include "ledger/key_rotation.h"
#include "ledger/ledger.h"
#include "ledger/sqlite_log.h"
#include "sample_record.h"
#include "support/catch.h"
#include "support/temporary_directory.h"
#include "support/waiting_ledger.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;

namespace {

struct Logged {
  TemporaryDirectory directory;
  std::string data_dir = directory.path().string();
  std::string zone = zone_directory(data_dir, Zone::eu);
  std::uint64_t seen = 0;

  std::unique_ptr<Ledger> open() const {
    return open_sqlite_ledger(
        {.data_dir = data_dir, .zones = {Zone::eu}, .change_log = [zone = zone](Zone) {
           return std::make_unique<TreeLog>(zone);
         }});
  }
  // Entries since the last call, as "kind" or "kind detail".
  std::vector<std::string> news() {
    SqliteConnection file(zone + "/ledger.sqlite", SqliteConnection::Mode::read_only);
    SqliteLogReader reader(file);
    std::vector<std::string> words;
    for (const std::string& entry : reader.entries(seen, 1000)) {
      const auto leaf =
          decode_leaf({reinterpret_cast<const std::uint8_t*>(entry.data()), entry.size()});
      REQUIRE(leaf);
      words.push_back(std::string(to_text(leaf->kind)));
      if (!leaf->detail.empty()) words.back() += " " + std::string(leaf->detail);
    }
    seen += words.size();
    return words;
  }
};

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("Every change of a ledger is one entry of its kind") {
  Logged there;
  const TimePoint now = grant(1).time;
  auto ledger = there.open();
  CHECK(there.news() == Words{"key lookup", "key kek.1"});
  const Record record = grant(1);
  REQUIRE_FALSE(ledger->append(record).failure);
  CHECK(there.news() == Words{"record"});
  REQUIRE(ledger->append(record).repeated);
  CHECK(there.news().empty());
  REQUIRE_FALSE(ledger->append(withdrawal(1)).failure);
  for (const RecordKind right :
       {RecordKind::restricted, RecordKind::objected, RecordKind::released}) {
    REQUIRE(ledger->mark(kSite, subject(1), right, now).found);
  }
  CHECK(there.news() == Words(4, "record"));
  REQUIRE(ledger->set_legal_hold(kSite, subject(1), true, now).found);
  REQUIRE(ledger->set_legal_hold(kSite, subject(1), true, now).found);  // changes nothing
  REQUIRE(ledger->erase(kSite, subject(1), ErasureCause::request, now).outcome ==
          Erasure::Outcome::frozen);
  CHECK(there.news() == Words{"hold"});
  REQUIRE(ledger->set_legal_hold(kSite, subject(1), false, now).found);
  REQUIRE(ledger->erase(kSite, subject(1), ErasureCause::request, now).outcome ==
          Erasure::Outcome::erased);
  CHECK(there.news() == Words{"hold", "erased"});
  const std::string id = "sha256:" + sha256_hex("{}");
  REQUIRE_FALSE(keep_notice(*ledger, Zone::eu, id, "{}"));
  REQUIRE_FALSE(keep_notice(*ledger, Zone::eu, id, "{}"));
  CHECK(there.news() == Words{"notice " + id});
  for (const LogKind kind :
       {LogKind::policy, LogKind::certificate, LogKind::configuration, LogKind::banner_build}) {
    LogEntry entry;
    entry.kind = kind;
    entry.time = now;
    entry.record = make_uuid_v7(now);
    entry.subject = "{}";
    REQUIRE_FALSE(ledger->log(entry));
    CHECK(there.news() == Words{std::string(to_text(kind)) + " {}"});
  }
  TreeLog log(there.zone);
  rotate_keys(
      there.data_dir, Zone::eu, {}, log, [](std::uint64_t, std::uint64_t) {},
      std::chrono::milliseconds(0));
  CHECK(there.news() == Words{"key kek.2", "key kek.1 destroyed"});
}

TEST_CASE("The refusals of a day are one entry once it is over, and one more when it changes") {
  using std::chrono::hours;
  Logged there;
  auto ledger = there.open();
  there.news();
  for (int i = 0; i < 3; ++i) REQUIRE_FALSE(ledger->count_refusal(refusal()).failure);
  const std::string day =
      "refusals " + to_iso_date(std::chrono::floor<std::chrono::days>(refusal().time));
  CHECK(there.news().empty());
  REQUIRE_FALSE(ledger->append(grant(1, hours(24))).failure);
  CHECK(there.news() == Words{"record", day});
  REQUIRE_FALSE(ledger->append(grant(2, hours(24))).failure);
  ledger.reset();
  ledger = there.open();
  REQUIRE_FALSE(ledger->append(grant(3, hours(25))).failure);
  CHECK(there.news() == Words{"record", "record"});
  // The clock was set back: the day has one more.
  REQUIRE_FALSE(ledger->count_refusal(refusal()).failure);
  CHECK(there.news() == Words{day});
  // A day without any has no entry, and is nobody's business.
  REQUIRE_FALSE(ledger->append(grant(4, hours(24 * 9))).failure);
  CHECK(there.news() == Words{"record"});
  ledger.reset();
  const AuditReport found = audit_ledger(there.zone, {}, [](std::uint64_t, std::uint64_t) {});
  CHECK(found.failure == "");
}

TEST_CASE("What is no change of the ledger is no entry: reads, refusals, probes, a restart") {
  Logged there;
  auto ledger = there.open();
  there.news();
  REQUIRE_FALSE(ledger->count_refusal(refusal()).failure);
  ledger->count_serving(Zone::eu, {});
  REQUIRE_FALSE(ledger->probe());
  ledger->state_of(kSite, subject(1));
  ledger->history(kSite, subject(1));
  ledger.reset();
  there.open();
  CHECK(there.news().empty());
}
