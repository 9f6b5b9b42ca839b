#include "events/day_usage.h"

#include <random>

#include "support/catch.h"

using namespace consent::server;

namespace {

constexpr const char* kSite = "dialphone.com";

std::string event(const std::string& path, const std::string& visitor,
                  const std::string& epoch = "2026-11-22", const std::string& session = "") {
  const auto text = [](const std::string& value) {
    return value.empty() ? std::string("null") : '"' + value + '"';
  };
  return R"({"site":"dialphone.com","type":"page_view","visitor":)" + text(visitor) +
         ",\"session\":" + text(session) + ",\"path\":" + text(path) +
         R"(,"campaign":{"source":"mail","medium":null,"name":null},"browser":"Firefox",)" +
         R"("country":null,"key_epoch":")" + epoch + "\"}";
}

// `count` visitors of their own on a path, each with one event.
void visit(DayUsage& day, const std::string& path, int count, const std::string& who = "") {
  for (int i = 0; i < count; ++i) day.add(event(path, who + path + std::to_string(i)));
}

}  // namespace

TEST_CASE("Cells of fewer than ten pseudonyms are one") {
  DayUsage day(kSite, UsageGroup::path);
  visit(day, "/a", 12);
  visit(day, "/b", 10);
  visit(day, "/c", 9);
  visit(day, "/d", 3);
  day.add(event("/c", "/c0"));  // again
  const UsageRelease release = day.release();
  CHECK(release.cells == std::vector<UsageCell>{{"/a", {12, 12}}, {"/b", {10, 10}}});
  CHECK(release.other == UsageCount{13, 12});
}

TEST_CASE("A single small cell does not stand alone under another name") {
  DayUsage day(kSite, UsageGroup::path);
  visit(day, "/a", 30);
  visit(day, "/b", 11);
  visit(day, "/c", 1);
  const UsageRelease release = day.release();
  CHECK(release.cells == std::vector<UsageCell>{{"/a", {30, 30}}});
  CHECK(release.other == UsageCount{12, 12});
}

TEST_CASE("Fewer than ten in all are nothing, however much they do") {
  DayUsage day(kSite, UsageGroup::day);
  for (int i = 0; i < 500; ++i) day.add(event("/" + std::to_string(i), std::to_string(i % 9)));
  CHECK(day.release() == UsageRelease{});
  day.add(event("/", "the tenth"));
  CHECK(day.release().cells == std::vector<UsageCell>{{"", {501, 10}}});
}

TEST_CASE("Two pseudonyms of two keys may be one person") {
  DayUsage day(kSite, UsageGroup::day);
  for (int i = 0; i < 9; ++i) {
    day.add(event("/", std::to_string(i), "2026-11-21"));
    day.add(event("/", std::to_string(100 + i), "2026-11-22"));
  }
  CHECK(day.release() == UsageRelease{});
}

TEST_CASE("Who has no visitor's pseudonym counts by session, and who has none counts as nobody") {
  DayUsage day(kSite, UsageGroup::day);
  for (int i = 0; i < 10; ++i) day.add(event("/", "", "2026-11-22", std::to_string(i)));
  for (int i = 0; i < 5; ++i) day.add(event("/", ""));
  CHECK(day.release().cells == std::vector<UsageCell>{{"", {15, 10}}});
}

TEST_CASE("Other sites, broken lines and odd values are passed over") {
  DayUsage day(kSite, UsageGroup::campaign);
  visit(day, "/", 10);
  std::string other = event("/", "x");
  other.replace(other.find("dialphone"), 9, "elsewhere");
  for (const std::string& line : {other, std::string("{"), std::string(), std::string("[]")}) {
    day.add(line);
  }
  CHECK(day.release().cells == std::vector<UsageCell>{{"mail", {10, 10}}});
}

TEST_CASE("Values that somebody invents are counted, and cost no memory") {
  DayUsage day(kSite, UsageGroup::path);
  for (int i = 0; i < 10'500; ++i) {
    day.add(event("/" + std::to_string(i), std::to_string(i % 50)));
  }
  const UsageRelease release = day.release();
  CHECK(release.cells.empty());
  CHECK(release.other == UsageCount{10'500, 50});
}

TEST_CASE("Whatever the day was like, no number is of fewer than ten, and none is lost") {
  std::minstd_rand random(20'261'123);
  for (int round = 0; round < 300; ++round) {
    DayUsage day(kSite, UsageGroup::path);
    const std::uint64_t paths = 1 + random() % 12;
    const std::uint64_t visitors = 1 + random() % 60;
    const std::uint64_t events = random() % 200;
    std::set<std::uint64_t> all;
    for (std::uint64_t i = 0; i < events; ++i) {
      const std::uint64_t visitor = random() % visitors;
      all.insert(visitor);
      // Some paths are rare.
      const std::uint64_t path = random() % (1 + random() % paths);
      day.add(event("/" + std::to_string(path), std::to_string(visitor)));
    }
    const UsageRelease release = day.release();
    std::uint64_t told = release.other ? release.other->events : 0;
    if (release.other) CHECK(release.other->pseudonyms >= kUsagePseudonymsMin);
    for (const UsageCell& cell : release.cells) {
      CHECK(cell.count.pseudonyms >= kUsagePseudonymsMin);
      told += cell.count.events;
    }
    CHECK(told == (all.size() < kUsagePseudonymsMin ? 0 : events));
  }
}

TEST_CASE("Groups are read as they are written") {
  for (const char* name : {"day", "type", "path", "referrer", "campaign", "country", "browser",
                           "os", "device", "duration"}) {
    REQUIRE(parse_usage_group(name));
    CHECK(to_text(*parse_usage_group(name)) == name);
  }
  CHECK_FALSE(parse_usage_group("visitor"));
  CHECK_FALSE(parse_usage_group(""));
}
