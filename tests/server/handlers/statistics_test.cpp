// GET /v1/stats/usage over the events of the sink.

#include "events/event_sink.h"
#include "formats/timestamp.h"
#include "support/catch.h"
#include "support/test_service.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

http::Response ask(TestService& service, const http::Fields& query,
                   const std::string& scopes = "events") {
  http::Request request = service.request("GET", "/v1/stats/usage");
  request.query = query;
  return service.inside(std::move(request), scopes);
}

// Events of `count` visitors on a path, arriving now.
void visit(TestService& service, const std::string& path, int count) {
  const TimePoint now = service.clock().now();
  std::vector<PseudonymisedEvent> events;
  for (int i = 0; i < count; ++i) {
    PseudonymisedEvent event;
    event.site = kSite;
    event.time = std::chrono::floor<std::chrono::seconds>(now);
    event.visitor = "visitor" + std::to_string(i);
    event.path = path;
    event.browser = "Firefox";
    event.key_epoch = std::chrono::floor<std::chrono::days>(now);
    events.push_back(event);
  }
  REQUIRE_FALSE(service.service().sink.append(events, now));
}

std::string today_of(TestService& service) {
  return to_iso_date(std::chrono::floor<std::chrono::days>(service.clock().now()));
}

}  // namespace

TEST_CASE("A day is told once it is over, each day by itself") {
  TestService service;
  const std::string first = today_of(service);
  visit(service, "/pricing", 12);
  visit(service, "/rare", 3);
  const http::Response early = ask(service, {{"from", first}, {"to", first}});
  CHECK(early.status == 422);
  CHECK_THAT(early.body, ContainsSubstring("that is over"));
  service.clock().advance(24h);
  const std::string second = today_of(service);
  visit(service, "/pricing", 9);  // of other pseudonyms: too few for their day
  service.clock().advance(24h);
  const http::Response answer =
      ask(service, {{"from", first}, {"to", second}, {"group_by", "path"}});
  REQUIRE(answer.status == 200);
  CHECK(answer.header("Cache-Control") == "private, no-store");
  CHECK(answer.body == R"({"from":")" + first + R"(","to":")" + second +
                           R"(","group_by":"path","pseudonyms_min":10,"days":[{"day":")" + first +
                           R"(","cells":[],"other":{"events":15,"pseudonyms":12}},{"day":")" +
                           second + R"(","cells":[],"other":null}]})");
  const http::Response whole = ask(service, {{"from", first}, {"to", first}});
  CHECK_THAT(whole.body, ContainsSubstring(R"("group_by":"day")"));
  CHECK_THAT(whole.body,
             ContainsSubstring(R"("cells":[{"value":null,"events":15,"pseudonyms":12}])"));
}

TEST_CASE("Nothing of an event but the value asked for comes out") {
  TestService service;
  const std::string day = today_of(service);
  visit(service, "/pricing", 20);
  service.clock().advance(24h);
  const http::Response answer = ask(service, {{"from", day}, {"to", day}, {"group_by", "browser"}});
  CHECK_THAT(answer.body, ContainsSubstring("Firefox"));
  CHECK_THAT(answer.body, !ContainsSubstring("visitor"));
  CHECK_THAT(answer.body, !ContainsSubstring("/pricing"));
}

TEST_CASE("A period that cannot be is named, and another key does not count") {
  TestService service;
  const std::vector<std::pair<http::Fields, std::string>> wrong = {
      {{}, "/from"},
      {{{"from", "2026-01-01"}}, "/to"},
      {{{"from", "yesterday"}, {"to", "2026-01-02"}}, "/from"},
      {{{"from", "2026-01-01"}, {"to", "2026-02-30"}}, "/to"},
      {{{"from", "2026-01-02"}, {"to", "2026-01-01"}}, "/to"},
      {{{"from", "2026-01-01"}, {"to", "2026-04-03"}}, "/to"},
      {{{"from", "2026-01-01"}, {"to", "2026-01-01"}, {"group_by", "visitor"}}, "/group_by"},
      {{{"from", "2026-01-01"}, {"to", "2026-01-01"}, {"group_by", "os"}, {"group_by", "os"}},
       "/group_by"}};
  for (const auto& [query, pointer] : wrong) {
    const http::Response refused = ask(service, query);
    INFO(pointer << ' ' << refused.body);
    CHECK(refused.status == 422);
    CHECK_THAT(refused.body, ContainsSubstring('"' + pointer + '"'));
  }
  const http::Fields query = {{"from", "2026-01-01"}, {"to", "2026-04-02"}};
  CHECK(ask(service, query).status == 200);
  CHECK(ask(service, query, "check,privacy,admin,metrics").status == 403);
}
