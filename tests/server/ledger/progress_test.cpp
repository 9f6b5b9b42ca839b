// What long work says of how far it is: it never goes back, ends with all of it done, and says as
// much as is so.

#include <filesystem>
#include <functional>

#include "audit/ledger_audit.h"
#include "audit/tree_log.h"
#include "ledger/backup.h"
#include "ledger/key_rotation.h"
#include "ledger/ledger.h"
#include "ledger/ledger_check.h"
#include "ledger/sqlite_connection.h"
#include "sample_record.h"
#include "support/catch.h"
#include "support/temporary_directory.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;

namespace {

constexpr std::uint32_t kSubjects = 1500;  // more than any of it does at once

// What one piece of work said.
struct Told {
  std::vector<std::uint64_t> done;
  std::uint64_t all = 0;

  Progress listener() {
    return [this](std::uint64_t now, std::uint64_t of) {
      CHECK(now <= of);
      if (!done.empty()) CHECK(now >= done.back());
      if (!done.empty()) CHECK(of == all);
      done.push_back(now);
      all = of;
    };
  }
  // At the end, and before it at least once.
  bool is_whole() const { return done.size() > 1 && done.front() < all && done.back() == all; }
};

struct Filled {
  TemporaryDirectory directory;
  std::string data_dir = directory.path().string() + "/data";
  std::string zone = zone_directory(data_dir, Zone::eu);

  Filled() {
    const auto ledger =
        open_sqlite_ledger({.data_dir = data_dir, .zones = {Zone::eu}, .change_log = [this](Zone) {
                              return std::make_unique<TreeLog>(zone);
                            }});
    for (std::uint32_t i = 0; i < kSubjects; ++i) {
      Record record = grant(1);
      SubjectId subject{1};
      subject[14] = static_cast<std::uint8_t>(i >> 8);
      subject[15] = static_cast<std::uint8_t>(i);
      record.subject = subject;
      ledger->append(record, [](const Appended& done) {
        if (done.failure || done.repeated) std::abort();
      });
    }
  }

  std::uint64_t number(std::string_view sql) const {
    SqliteConnection file(zone + "/ledger.sqlite", SqliteConnection::Mode::read_only);
    return static_cast<std::uint64_t>(file.integer(sql));
  }
  std::uint64_t entries() const {
    return audit_ledger(zone, {}, [](std::uint64_t, std::uint64_t) {}).head.size;
  }
};

}  // namespace

TEST_CASE("A rotation says how many keys it has wrapped") {
  const Filled filled;
  Told told;
  const Progress listen = told.listener();
  TreeLog log(filled.zone);
  rotate_keys(filled.data_dir, Zone::eu, {}, log, [&](std::uint64_t done, std::uint64_t all) {
    listen(done, all);
    if (done < all) CHECK(filled.number("SELECT count(*) FROM subjects WHERE kek = 2") == done);
  });
  CHECK(told.is_whole());
  CHECK(told.all == kSubjects + 1);  // the last step ends the old key
}

TEST_CASE("An audit says how many entries and records it has gone through") {
  const Filled filled;
  Told told;
  const AuditReport audit = audit_ledger(filled.zone, {}, told.listener());
  REQUIRE(audit.failure.empty());
  CHECK(told.is_whole());
  CHECK(told.all == audit.head.size + audit.records);
}

TEST_CASE("A check with keys counts the entries, the records and the subjects as one work") {
  const Filled filled;
  const ZoneKeys keys(Zone::eu, zone_keys_directory(filled.data_dir, Zone::eu), {},
                      MissingKeys::refuse);
  Told told;
  REQUIRE(check_ledger(filled.zone, Zone::eu, &keys, told.listener()).failure.empty());
  CHECK(told.is_whole());
  CHECK(told.all == filled.entries() + 2 * kSubjects);
  Told without;
  REQUIRE(check_ledger(filled.zone, Zone::eu, nullptr, without.listener()).failure.empty());
  CHECK(without.is_whole());
  CHECK(without.all == filled.entries() + kSubjects);
}

TEST_CASE("A backup says how many pages are copied, a restore how much is checked") {
  const Filled filled;
  const std::string backup = filled.directory.path().string() + "/backup";
  const std::uint64_t pages = filled.number("PRAGMA page_count");
  Told copied;
  make_backup(filled.data_dir, {Zone::eu}, backup, [&](Zone) { return copied.listener(); });
  CHECK(copied.done.back() == copied.all);
  CHECK(copied.all >= pages);
  CHECK(copied.all <= pages + 8);

  std::vector<Told> told;
  told.reserve(2);
  restore_backup({.from = backup,
                  .data_dir = filled.directory.path().string() + "/restored",
                  .keys = filled.data_dir,
                  .erasures = filled.data_dir,
                  .source = {}},
                 [&](Zone) { return told.emplace_back().listener(); });
  REQUIRE(told.size() == 2);  // of the backup, and of what was made of it
  for (const Told& one : told) CHECK(one.is_whole());
  CHECK(told[0].all == filled.entries() + kSubjects);
}
