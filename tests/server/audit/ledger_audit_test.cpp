#include "audit/ledger_audit.h"

#include <filesystem>

#include "../ledger/sample_record.h"
#include "audit/receipt.h"
#include "audit/tree_log.h"
#include "audit/zone_log.h"
#include "ledger/ledger.h"
#include "support/catch.h"
#include "support/temporary_directory.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;

namespace {

constexpr const char* kOrigin = "dialphone.com/consent/eu";

std::unique_ptr<Ledger> open_ledger(const std::string& data_dir) {
  LedgerOptions options;
  options.data_dir = data_dir;
  options.change_log = [data_dir](Zone zone) {
    return std::make_unique<TreeLog>(zone_directory(data_dir, zone));
  };
  return open_sqlite_ledger(std::move(options));
}

// A ledger of 300 records, one withdrawn and one erased subject, and a signed head.
class Written {
 public:
  Written() : zone_(zone_directory(directory_.path(), Zone::eu)) {
    const auto ledger = open_ledger(directory_.path());
    for (int i = 0; i < 298; ++i) {
      const auto later = std::chrono::milliseconds(i);
      REQUIRE_FALSE(ledger->append(grant(static_cast<std::uint8_t>(i % 200 + 1), later)).failure);
    }
    const auto now = grant(1).time + std::chrono::hours(1);
    REQUIRE(ledger->erase(kSite, subject(9), ErasureCause::request, now).outcome ==
            Erasure::Outcome::erased);
    REQUIRE(ledger->mark(kSite, subject(7), RecordKind::restricted, now).found);
    ZoneLog(zone_, kOrigin).checkpoint();
  }
  const std::string& zone() const { return zone_; }
  std::string data_dir() const { return directory_.path(); }

  AuditReport audit(const std::optional<TreeHead>& kept = {}) const {
    return audit_ledger(zone_, kept, [](std::uint64_t, std::uint64_t) {});
  }
  // What somebody with the file in hands can do.
  void change(const std::string& sql) const {
    SqliteConnection connection(zone_ + "/ledger.sqlite", SqliteConnection::Mode::read_write);
    for (const char* trigger :
         {"log_entries_are_never_changed", "log_entries_are_never_removed",
          "records_are_never_changed", "records_are_never_removed", "payloads_are_only_erased"}) {
      connection.execute("DROP TRIGGER IF EXISTS " + std::string(trigger));
    }
    connection.execute(sql);
  }

 private:
  TemporaryDirectory directory_;
  std::string zone_;
};

void check_finding(const Written& written, const std::string& sql, const std::string& finding) {
  written.change(sql);
  const std::string failure = written.audit().failure;
  INFO(sql << ": " << failure);
  CHECK(failure.find(finding) != std::string::npos);
}

}  // namespace

TEST_CASE("every change of a ledger is a leaf, and an audit finds all as it was written") {
  const Written written;
  std::uint64_t steps = 0;
  std::uint64_t all = 0;
  const AuditReport report =
      audit_ledger(written.zone(), {}, [&](std::uint64_t done, std::uint64_t whole) {
        steps = done;
        all = whole;
      });
  CHECK(report.failure.empty());
  CHECK(report.records == 300);  // with the erasure and the restriction
  CHECK(report.head.size >= 300);
  CHECK(report.erased == 2 + 1);  // the erased subject's two, and the entry that says so
  CHECK(steps == all);
  CHECK(all == report.head.size + report.records);
}

TEST_CASE("an audit names the entry that was changed, whichever it is") {
  for (const int leaf : {0, 1, 128, 255, 256, 298}) {
    const Written written;
    check_finding(written,
                  "UPDATE log_entries SET entry = CAST(substr(entry, 1, 9) || "
                  "iif(substr(entry, 10, 1) = x'ff', x'00', x'ff') || "
                  "substr(entry, 11) AS BLOB) WHERE leaf = " +
                      std::to_string(leaf),
                  "entry " + std::to_string(leaf + 1) + " (leaf " + std::to_string(leaf) + ')');
  }
}

TEST_CASE("an audit finds what was changed together with its hash") {
  const Written early;
  check_finding(early, "UPDATE log_entries SET hash = zeroblob(32) WHERE leaf = 5", "entry 6 ");
  const Written node;
  check_finding(node, "UPDATE log_nodes SET hash = zeroblob(32)", "entries 1 to 256");
}

TEST_CASE("an audit finds what is missing, and what is too much") {
  const Written gap;
  check_finding(gap, "DELETE FROM log_entries WHERE leaf = 17", "entry 18 (leaf 17) is missing");
  const Written tail;
  check_finding(tail, "DELETE FROM log_entries WHERE leaf > 290",
                "entry 292 (leaf 291) is missing");
  const Written record;
  check_finding(record, "DELETE FROM records WHERE sequence = 3", "records were removed");
  const Written payload;
  check_finding(payload,
                "UPDATE records SET payload = CAST(payload || x'00' AS BLOB) WHERE sequence = 4",
                "record 4, ");
  const Written commitment;
  check_finding(commitment, "UPDATE records SET commitment = zeroblob(32) WHERE sequence = 5",
                "record 5, ");
  const Written stranger;
  check_finding(stranger, "UPDATE records SET id = zeroblob(16) WHERE sequence = 6",
                "has no entry in the log");
}

TEST_CASE("an audit compares with a checkpoint that was kept elsewhere") {
  const Written written;
  TreeHead kept = written.audit().head;
  CHECK(written.audit(kept).failure.empty());
  kept.root[3] ^= 1;
  CHECK(written.audit(kept).failure.find("checkpoint that was kept") != std::string::npos);
  kept = written.audit().head;
  kept.size += 1;
  CHECK(written.audit(kept).failure.find("is missing") != std::string::npos);
}

TEST_CASE("what was rewritten under a stored hash is neither proven nor missed by an audit") {
  const Written written;
  written.change("UPDATE log_entries SET hash = zeroblob(32) WHERE leaf = 3");
  ZoneLog log(written.zone(), kOrigin);
  CHECK_THROWS_AS(log.prove(4), std::runtime_error);
  CHECK(log.prove(299));
  CHECK(written.audit().failure.find("entry 4 ") != std::string::npos);
}

TEST_CASE("a ledger whose newest entries were rewritten does not start") {
  const Written written;
  written.change(
      "UPDATE log_entries SET entry = zeroblob(90), hash = zeroblob(32) "
      "WHERE leaf = 299");
  CHECK_THROWS_AS(open_ledger(written.data_dir()), std::runtime_error);
}

TEST_CASE("what is in the log is no personal data") {
  const Written written;
  ZoneLog log(written.zone(), kOrigin);
  const std::string subject_bytes(16, '\x07');
  for (const std::string& entry : log.entries(0, 1000)) {
    CHECK(entry.find(subject_bytes) == std::string::npos);
  }
}

TEST_CASE("a receipt holds, and the same one about something else does not") {
  const Written written;
  const auto ledger = open_ledger(written.data_dir());
  ZoneLog log(written.zone(), kOrigin);
  const auto key = parse_verifier_key(log.verifier_key());
  REQUIRE(key);
  const auto history = ledger->history(kSite, subject(20));
  REQUIRE_FALSE(history.records.empty());
  StoredRecord stored = history.records.back();
  const auto proof = log.prove_id(stored.record.id);
  REQUIRE(proof);
  // The sample's notice is no hash of a text; a receipt of it fails at that and nothing before.
  const EvidenceCheck check =
      check_receipt(receipt_json(stored, "{}", *proof, log.verifier_key()), *key);
  CHECK(check.failure == "the notice is not the one that the record cites");
  CHECK(check.proven.size() == 3);

  stored.record.choices.set(Purpose::marketing, Choice::denied);
  CHECK(check_receipt(receipt_json(stored, "{}", *proof, log.verifier_key()), *key).failure ==
        "the leaf commits to another record than the one in the receipt");
}

TEST_CASE("a backup from before the log committed to refusals is audited as it is") {
  const Written written;
  written.change("DROP TABLE refusal_days");
  CHECK_THROWS(written.audit());
  written.change("PRAGMA user_version = 1");
  CHECK(written.audit().failure == "");
}

TEST_CASE("refusals that were changed after their day are found, with the entry of that day") {
  const auto written = [] {
    auto made = std::make_unique<Written>();
    const auto ledger = open_ledger(made->data_dir());
    for (int i = 0; i < 5; ++i) REQUIRE_FALSE(ledger->count_refusal(refusal()).failure);
    REQUIRE_FALSE(ledger->append(grant(3, std::chrono::hours(24))).failure);
    return made;
  };
  CHECK(written()->audit().failure == "");
  for (const char* sql :
       {"UPDATE refusals SET count = count - 1", "DELETE FROM refusals",
        "UPDATE refusals SET action = action + 1",
        "INSERT INTO refusals SELECT day, 'other.example', regime, action, 1 FROM refusals",
        "UPDATE refusal_days SET nonce = zeroblob(32)"}) {
    check_finding(*written(), sql, " are not those that entry 304 (leaf 303) commits to");
  }
  check_finding(*written(), "UPDATE refusal_days SET entry = zeroblob(16)", "have no entry");
  check_finding(*written(), "DELETE FROM refusal_days", "to other days' refusals");
  check_finding(*written(),
                "INSERT INTO refusal_days SELECT '2026-01-01', entry, nonce FROM refusal_days",
                "to other days' refusals");
}
