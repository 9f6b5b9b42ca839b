#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "events/event_sink.h"
#include "support/catch.h"
#include "support/fake_clock.h"
#include "support/temporary_directory.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;

namespace {

PseudonymisedEvent event() {
  PseudonymisedEvent out;
  out.site = "dialphone.com";
  out.time = std::chrono::floor<std::chrono::seconds>(FakeClock().now());
  out.visitor = "VVVVVVVVVVVVVVVVVVVVVQ";
  out.path = "/pricing";
  out.campaign_source = "newsletter";
  out.duration = "0-10s";
  out.browser = "Firefox";
  out.browser_major = 140;
  out.os = "Linux";
  out.device = "desktop";
  out.region = parse_region("DE");
  out.policy = 3;
  out.key_epoch = std::chrono::floor<std::chrono::days>(FakeClock().now());
  return out;
}

std::string content(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("Events are lines of the arrival day's file, in the closed schema") {
  const TemporaryDirectory directory;
  const auto sink = open_ndjson_sink(directory.path().string());
  const PseudonymisedEvent one = event();
  REQUIRE_FALSE(sink->append({&one, 1}, FakeClock().now()));
  const auto path = directory.path() / "events/2026-11-23.ndjson";
  CHECK(content(path) ==
        R"({"schema":1,"site":"dialphone.com","type":"page_view","time":"2026-11-23T10:00:00Z",)"
        R"("visitor":"VVVVVVVVVVVVVVVVVVVVVQ","session":null,"path":"/pricing",)"
        R"("campaign":{"source":"newsletter","medium":null,"name":null},)"
        R"("referrer":null,"duration":"0-10s",)"
        R"("browser":"Firefox","browser_major":140,"os":"Linux","device":"desktop","country":"DE",)"
        R"("subdivision":null,"policy":3,"basis":"consent","key_epoch":"2026-11-23"})"
        "\n");
  struct stat status {};
  REQUIRE(stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("The next day has a file of its own, and a restart goes on in the same") {
  const TemporaryDirectory directory;
  const PseudonymisedEvent one = event();
  {
    const auto sink = open_ndjson_sink(directory.path().string());
    REQUIRE_FALSE(sink->append({&one, 1}, FakeClock().now()));
    REQUIRE_FALSE(sink->append({&one, 1}, FakeClock().now() + std::chrono::hours(14)));
  }
  const auto sink = open_ndjson_sink(directory.path().string());
  REQUIRE_FALSE(sink->append({&one, 1}, FakeClock().now()));
  const std::string first = content(directory.path() / "events/2026-11-23.ndjson");
  CHECK(std::count(first.begin(), first.end(), '\n') == 2);
  CHECK(std::filesystem::exists(directory.path() / "events/2026-11-24.ndjson"));
}

TEST_CASE("What cannot be written is a failure that names the file, and later writes work again") {
  const TemporaryDirectory directory;
  std::vector<std::string> reports;
  const auto sink =
      open_ndjson_sink(directory.path().string(),
                       [&reports](std::string_view detail) { reports.emplace_back(detail); });
  const PseudonymisedEvent one = event();
  const auto blocker = directory.path() / "events/2026-11-23.ndjson";
  std::filesystem::create_directory(blocker);
  const auto failure = sink->append({&one, 1}, FakeClock().now());
  REQUIRE(failure);
  CHECK(failure->detail.find("2026-11-23.ndjson") != std::string::npos);
  CHECK(reports == std::vector<std::string>{failure->detail});
  std::filesystem::remove(blocker);
  CHECK_FALSE(sink->append({&one, 1}, FakeClock().now()));
  CHECK(reports.size() == 1);
}

TEST_CASE("A probe stores something, leaves nothing, and names the directory that fails") {
  const TemporaryDirectory directory;
  std::vector<std::string> reports;
  const auto sink =
      open_ndjson_sink(directory.path().string(),
                       [&reports](std::string_view detail) { reports.emplace_back(detail); });
  const auto events = directory.path() / "events";
  CHECK_FALSE(sink->probe());
  CHECK(std::filesystem::is_empty(events));
  std::filesystem::remove(events);
  const auto failure = sink->probe();
  REQUIRE(failure);
  CHECK(failure->detail.starts_with(events.string()));
  CHECK(reports == std::vector<std::string>{failure->detail});
  std::filesystem::create_directory(events);
  CHECK_FALSE(sink->probe());
}

TEST_CASE("The events of a visitor are found and removed, and those of others stay") {
  const TemporaryDirectory directory;
  const auto sink = open_ndjson_sink(directory.path().string());
  const TimePoint now = FakeClock().now();
  const Date today = std::chrono::floor<std::chrono::days>(now);
  PseudonymisedEvent mine = event();
  PseudonymisedEvent other = event();
  other.visitor = "OOOOOOOOOOOOOOOOOOOOOQ";
  other.path = "/\"visitor\":\"VVVVVVVVVVVVVVVVVVVVVQ\"";  // no member, however it looks
  PseudonymisedEvent nobody = event();
  nobody.visitor.reset();
  for (const PseudonymisedEvent* one : {&mine, &other, &nobody, &mine}) {
    REQUIRE_FALSE(sink->append({one, 1}, now));
    REQUIRE_FALSE(sink->append({one, 1}, now - std::chrono::hours(24)));
  }
  const auto lines_since = [&](Date first) {
    std::vector<std::string> lines;
    CHECK_FALSE(sink->read(first, [&](std::string_view line) { lines.emplace_back(line); }));
    return lines;
  };
  CHECK(lines_since(today - std::chrono::days(1)).size() == 8);
  CHECK(lines_since(today).size() == 4);
  CHECK(lines_since(today + std::chrono::days(1)).empty());

  const std::vector<Pseudonym> wanted{*mine.visitor};
  const EventSink::Removal removal = sink->remove(wanted, today);
  CHECK_FALSE(removal.failure);
  CHECK(removal.events == 2);
  const std::vector<std::string> left = lines_since(today);
  REQUIRE(left.size() == 2);
  CHECK(left[0].find("OOOOOOOOOOOOOOOOOOOOOQ") != std::string::npos);
  CHECK(left[1].find("\"visitor\":null") != std::string::npos);
  CHECK(lines_since(today - std::chrono::days(1)).size() == 6);  // the day before stays whole

  REQUIRE_FALSE(sink->append({&mine, 1}, now));  // into the file that took the old one's place
  CHECK(lines_since(today).size() == 3);
  struct stat status {};
  REQUIRE(stat((directory.path() / "events/2026-11-23.ndjson").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  CHECK(sink->remove(wanted, today).events == 1);
  CHECK(sink->remove(wanted, today).events == 0);
}

TEST_CASE("A copy that a crash left behind is removed at the start") {
  const TemporaryDirectory directory;
  const auto draft = directory.path() / "events/2026-11-23.ndjson.new";
  open_ndjson_sink(directory.path().string());
  std::ofstream(draft) << "x";
  const auto sink = open_ndjson_sink(directory.path().string());
  CHECK_FALSE(std::filesystem::exists(draft));
}
