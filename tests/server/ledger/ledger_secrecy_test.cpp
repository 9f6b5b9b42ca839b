// What somebody learns who has the ledger's files but not its keys.

#include <fstream>
#include <sstream>

#include "ledger/ledger.h"
#include "ledger/sqlite_connection.h"
#include "sample_record.h"
#include "support/catch.h"
#include "support/temporary_directory.h"
#include "visitor/subject_id.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;

namespace {

// Everything under the zones but the keys' own files.
std::string stored_bytes(const TemporaryDirectory& directory) {
  std::string all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory.path())) {
    all += entry.path().string() + "\n";
    if (!entry.is_regular_file() || entry.path().extension() == ".key") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    all += content.str();
  }
  return all;
}

template <typename Bytes>
bool holds(const std::string& all, const Bytes& bytes) {
  return all.find(std::string(bytes.begin(), bytes.end())) != std::string::npos;
}

}  // namespace

TEST_CASE("The files hold no subject, event, place, origin or key") {
  const TemporaryDirectory directory;
  const auto ledger = open_sqlite_ledger({.data_dir = directory.path().string()});
  Record record = grant(1);
  record.subject = make_subject_id();
  record.region = parse_region("US-TX");
  record.origin = "https://canary-origin.example";
  record.language = "x-canary";
  REQUIRE_FALSE(ledger->append(record).failure);
  REQUIRE_FALSE(ledger->count_refusal(refusal()).failure);
  const std::string all = stored_bytes(directory);
  CHECK(holds(all, record.notice));  // in clear: it is what a record cites
  CHECK(holds(all, record.id));
  CHECK_FALSE(holds(all, *record.subject));
  CHECK_FALSE(holds(all, subject_text(*record.subject)));
  CHECK_FALSE(holds(all, record.event));
  CHECK_FALSE(holds(all, std::string("US-TX")));
  CHECK_FALSE(holds(all, std::string("canary")));
  int keys = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory.path())) {
    if (entry.path().extension() != ".key") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    CHECK_FALSE(holds(all, content.str()));
    ++keys;
  }
  CHECK(keys == 4);
}

TEST_CASE("After an erasure the bytes of key, state and payload are in no file") {
  const TemporaryDirectory directory;
  const auto ledger = open_sqlite_ledger({.data_dir = directory.path().string()});
  REQUIRE_FALSE(ledger->append(grant(1)).failure);
  REQUIRE_FALSE(ledger->append(grant(2)).failure);
  std::vector<std::string> gone;
  {
    SqliteConnection file(zone_file_path(directory.path().string(), Zone::eu),
                          SqliteConnection::Mode::read_only);
    for (const char* sql : {"SELECT wrapped_key FROM subjects", "SELECT state FROM subjects",
                            "SELECT payload FROM records"}) {
      auto rows = file.prepare(sql);
      while (rows.step()) {
        const auto bytes = rows.bytes(0);
        gone.emplace_back(bytes.begin(), bytes.end());
      }
    }
  }
  REQUIRE(gone.size() == 6);
  for (const std::string& bytes : gone) CHECK(holds(stored_bytes(directory), bytes));
  for (std::uint8_t i = 1; i <= 2; ++i) {
    const auto erasure = ledger->erase(kSite, subject(i), ErasureCause::request, grant(1).time);
    REQUIRE(erasure.outcome == Erasure::Outcome::erased);
    REQUIRE(erasure.log_emptied);
  }
  for (const std::string& bytes : gone) CHECK_FALSE(holds(stored_bytes(directory), bytes));
}
