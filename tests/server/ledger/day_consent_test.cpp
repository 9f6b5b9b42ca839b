// What is told of a day's notices and decisions.

#include "ledger/day_consent.h"

#include <random>

#include "support/catch.h"

using namespace consent;
using namespace consent::server;

namespace {

ConsentCount count_of(ConsentEvent event, RegimeId regime, std::uint64_t count) {
  return {.regime = regime, .event = event, .count = count};
}

}  // namespace

TEST_CASE("A number under ten is not told, and no sum tells it") {
  DayConsent day(ConsentGroup::regime);
  day.add(count_of(ConsentEvent::notice, RegimeId::eu_gdpr, 60));
  day.add(count_of(ConsentEvent::notice, RegimeId::eu_gdpr, 40));
  day.add(count_of(ConsentEvent::notice, RegimeId::uk_gdpr, 30));
  day.add(count_of(ConsentEvent::notice, RegimeId::br_lgpd, 4));
  day.add(count_of(ConsentEvent::accepted, RegimeId::eu_gdpr, 50));
  day.add(count_of(ConsentEvent::accepted, RegimeId::uk_gdpr, 9));
  day.add(count_of(ConsentEvent::accepted, RegimeId::br_lgpd, 1));
  day.add(count_of(ConsentEvent::withdrawn, RegimeId::eu_gdpr, 9));
  const ConsentRelease release = day.release();
  // The four notices alone would be the day's number less the others.
  REQUIRE(release.cells.size() == 1);
  CHECK(release.cells[0].value == "eu_gdpr");
  CHECK(release.cells[0].numbers == ConsentNumbers{100, 50});
  CHECK(release.other == ConsentNumbers{34, 10});
}

TEST_CASE("A day with fewer than ten is told like one with none") {
  DayConsent few(ConsentGroup::layer);
  few.add({.layer = Layer::banner, .event = ConsentEvent::notice, .count = 9});
  CHECK(few.release() == DayConsent(ConsentGroup::layer).release());
}

TEST_CASE("What was not counted by the group has no value") {
  DayConsent day(ConsentGroup::language);
  day.add({.language = "de", .event = ConsentEvent::notice, .count = 20});
  day.add({.event = ConsentEvent::refused, .count = 12});
  const ConsentRelease release = day.release();
  REQUIRE(release.cells.size() == 2);
  CHECK(release.cells[0] == ConsentCell{"de", ConsentNumbers{20}});
  CHECK(release.cells[1] ==
        ConsentCell{"", ConsentNumbers{std::nullopt, std::nullopt, std::nullopt, 12}});
}

TEST_CASE("Over random days each number is ten at least, and the rest of a sum too") {
  std::mt19937 random(20261126);
  for (int round = 0; round < 2000; ++round) {
    DayConsent divided(ConsentGroup::regime);
    std::uint64_t all = 0;
    for (int i = 0; i < 6; ++i) {
      const std::uint64_t count = random() % 25;
      divided.add(count_of(ConsentEvent::accepted, static_cast<RegimeId>(i), count));
      all += count;
    }
    const ConsentRelease release = divided.release();
    std::uint64_t told = release.other[1].value_or(0);
    for (const ConsentCell& cell : release.cells) {
      REQUIRE(cell.numbers[1].value_or(kConsentCountMin) >= kConsentCountMin);
      told += cell.numbers[1].value_or(0);
    }
    REQUIRE(release.other[1].value_or(kConsentCountMin) >= kConsentCountMin);
    // Nothing is left over, unless the whole day is too small to be told.
    REQUIRE((told == all || (told == 0 && all < kConsentCountMin)));
  }
}
