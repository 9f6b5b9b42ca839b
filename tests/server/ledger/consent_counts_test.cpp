// What the ledger counts of notices and decisions.

#include "ledger/consent_counts.h"

#include "ledger/ledger.h"
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

Date day_of(const Record& record) { return std::chrono::floor<std::chrono::days>(record.time); }

std::uint64_t sum(Ledger& ledger, ConsentEvent event) {
  const Date day = day_of(grant(1));
  std::uint64_t all = 0;
  for (const ConsentCount& count : ledger.consent_counts(kSite, day, day)) {
    if (count.event == event) all += count.count;
  }
  return all;
}

}  // namespace

TEST_CASE("Decisions are counted as they are stored, once each, and stay when they are erased") {
  const TemporaryDirectory directory;
  const auto ledger = open(directory);
  const Record first = grant(1);
  REQUIRE_FALSE(ledger->append(first).failure);
  CHECK(ledger->append(first).repeated);
  REQUIRE_FALSE(ledger->append(grant(2)).failure);
  Record partly = grant(3);
  partly.action = Action::save;
  partly.choices.set(Purpose::marketing, Choice::denied);
  REQUIRE_FALSE(ledger->append(partly).failure);
  REQUIRE_FALSE(ledger->append(withdrawal(2, 5s)).failure);
  REQUIRE_FALSE(ledger->count_refusal(refusal()).failure);
  Record by_default = grant(4);
  by_default.action = Action::default_state;
  REQUIRE_FALSE(ledger->append(by_default).failure);
  REQUIRE(ledger->mark(kSite, subject(1), RecordKind::restricted, first.time + 1h).found);
  REQUIRE(ledger->mark(kSite, subject(1), RecordKind::released, first.time + 2h).found);
  const auto erased = ledger->erase(kSite, subject(1), ErasureCause::request, first.time + 3h);
  CHECK(erased.outcome == Erasure::Outcome::erased);

  CHECK(sum(*ledger, ConsentEvent::accepted) == 2);
  CHECK(sum(*ledger, ConsentEvent::partly) == 1);
  CHECK(sum(*ledger, ConsentEvent::withdrawn) == 1);
  CHECK(sum(*ledger, ConsentEvent::refused) == 1);
  CHECK(sum(*ledger, ConsentEvent::notice) == 0);
}

TEST_CASE("A decision counts under the language of its notice, in the days and site asked for") {
  const TemporaryDirectory directory;
  const auto ledger = open(directory);
  Record record = grant(1);
  record.language = "xx";  // the client's word
  REQUIRE_FALSE(keep_notice(*ledger, Zone::eu, record.notice, R"({"language":"de"})"));
  REQUIRE_FALSE(ledger->append(record).failure);
  Record american = grant(2);
  american.zone = Zone::us;
  american.regime = RegimeId::us_ca_ccpa;
  REQUIRE_FALSE(ledger->append(american).failure);
  const Date day = day_of(record);
  const auto counts = ledger->consent_counts(kSite, day, day);
  REQUIRE(counts.size() == 2);
  CHECK(counts[0] == ConsentCount{.day = day,
                                  .regime = RegimeId::eu_gdpr,
                                  .language = "de",
                                  .layer = Layer::banner,
                                  .event = ConsentEvent::accepted,
                                  .count = 1});
  CHECK(counts[1].regime == RegimeId::us_ca_ccpa);
  CHECK(counts[1].language.empty());  // the other zone was never brought that notice
  const auto before = day - std::chrono::days(1);
  CHECK(ledger->consent_counts(kSite, before, before).empty());
  CHECK(ledger->consent_counts("other.example", day, day).empty());
}

TEST_CASE("A file without the counts gets them with what it holds") {
  const TemporaryDirectory directory;
  { REQUIRE_FALSE(open(directory)->append(grant(1)).failure); }
  {
    SqliteConnection file(zone_file_path(directory.path().string(), Zone::eu),
                          SqliteConnection::Mode::read_write);
    file.execute("DROP TABLE decisions");
  }
  const auto ledger = open(directory);
  CHECK(ledger->latest(kSite, subject(1)));
  REQUIRE_FALSE(ledger->append(grant(2)).failure);
  CHECK(sum(*ledger, ConsentEvent::accepted) == 1);
}
