// GET /v1/stats/consent over what visitors were shown and decided.

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
                   const std::string& scopes = "privacy") {
  http::Request request = service.request("GET", "/v1/stats/consent");
  request.query = query;
  return service.inside(std::move(request), scopes);
}

void show(TestService& service, int count) {
  for (int i = 0; i < count; ++i) {
    http::Request request = service.request("GET", "/v1/notice");
    request.query = {{"site", kSite}};
    REQUIRE(service.outside(std::move(request)).status == 200);
  }
}

void decide(TestService& service, bool grants, int count) {
  for (int i = 0; i < count; ++i) {
    ConsentBody body = service.consent("DE");
    if (!grants) {
      body.choices = R"({"analytics": "denied", "marketing": "denied"})";
      body.action = "\"reject_all\"";
    }
    REQUIRE(service.post_consent(body).status == 201);
  }
}

std::string today_of(TestService& service) {
  return to_iso_date(std::chrono::floor<std::chrono::days>(service.clock().now()));
}

}  // namespace

TEST_CASE("Rates of consent are told of a day that is over, and never of fewer than ten") {
  TestService service;
  const std::string day = today_of(service);
  show(service, 40);
  decide(service, true, 12);
  decide(service, false, 11);
  CHECK(ask(service, {{"from", day}, {"to", day}}).status == 422);
  service.clock().advance(24h);
  const std::string next = today_of(service);
  show(service, 9);
  decide(service, true, 9);
  decide(service, false, 9);
  service.clock().advance(24h);
  const http::Response answer = ask(service, {{"from", day}, {"to", next}, {"group_by", "regime"}});
  REQUIRE(answer.status == 200);
  CHECK(answer.header("Cache-Control") == "private, no-store");
  const std::string nothing =
      R"({"notices":null,"accepted":null,"partly":null,"refused":null,"withdrawn":null,)"
      R"("percent":{"accepted":null,"partly":null,"refused":null}})";
  CHECK(answer.body ==
        R"({"from":")" + day + R"(","to":")" + next +
            R"(","group_by":"regime","count_min":10,"days":[{"day":")" + day +
            R"(","cells":[{"value":"eu_gdpr","notices":40,"accepted":12,"partly":null,)"
            R"("refused":11,"withdrawn":null,"percent":{"accepted":30,"partly":null,)"
            R"("refused":28}}],"other":)" +
            nothing + R"(},{"day":")" + next + R"(","cells":[],"other":)" + nothing + "}]}");
  const http::Response by_layer = ask(service, {{"from", day}, {"to", day}, {"group_by", "layer"}});
  CHECK_THAT(by_layer.body, ContainsSubstring(R"("value":"banner","notices":40,"accepted":12)"));
  CHECK_THAT(by_layer.body, ContainsSubstring(R"("value":null,"notices":null)"));
}

TEST_CASE("A question that cannot be answered says why, and another key is told nothing") {
  TestService service;
  const std::vector<std::pair<http::Fields, std::string>> wrong = {
      {{}, "/from"},
      {{{"from", "2026-01-01"}}, "/to"},
      {{{"from", "2026-01-01T00:00:00Z"}, {"to", "2026-01-02"}}, "/from"},
      {{{"from", "2026-01-01"}, {"from", "2026-01-01"}, {"to", "2026-01-02"}}, "/from"},
      {{{"from", "2026-01-01"}, {"to", "2026-02-30"}}, "/to"},
      {{{"from", "2026-01-02"}, {"to", "2026-01-01"}}, "/to"},
      {{{"from", "2026-01-01"}, {"to", "2026-04-03"}}, "/to"},
      {{{"from", "2026-01-01"}, {"to", "2026-01-01"}, {"group_by", "subject"}}, "/group_by"},
      {{{"from", "2026-01-01"}, {"to", "2026-01-01"}, {"group_by", ""}}, "/group_by"}};
  for (const auto& [query, pointer] : wrong) {
    const http::Response refused = ask(service, query);
    INFO(pointer << ' ' << refused.body);
    CHECK(refused.status == 422);
    CHECK_THAT(refused.body, ContainsSubstring('"' + pointer + '"'));
  }
  const http::Fields query = {{"from", "2026-01-01"}, {"to", "2026-04-02"}};
  CHECK(ask(service, query).status == 200);
  CHECK(ask(service, query, "check,events,admin,metrics").status == 403);
}

TEST_CASE("A day is settled a minute after its end") {
  TestService service;
  const auto midnight =
      std::chrono::floor<std::chrono::days>(service.clock().now()) + std::chrono::days(1);
  const std::string day = today_of(service);
  service.clock().advance(midnight + 30s - service.clock().now());
  CHECK(ask(service, {{"from", day}, {"to", day}}).status == 422);
  service.clock().advance(30s);
  CHECK(ask(service, {{"from", day}, {"to", day}}).status == 200);
}
