#include <fstream>
#include <sstream>

#include "support/catch.h"
#include "support/test_service.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;
using namespace std::chrono_literals;

namespace {

std::string outcome(const http::Response& response) {
  INFO(response.body);
  REQUIRE(response.status == 202);
  return response.body;
}

std::string dropped(std::string_view reason, int times = 1) {
  return "{\"accepted\":0,\"dropped\":{\"" + std::string(reason) + "\":" + std::to_string(times) +
         "}}";
}
constexpr const char* kAccepted = "{\"accepted\":1,\"dropped\":{}}";

std::string stored(const TestService& service) {
  std::ostringstream text;
  text << std::ifstream(service.data_dir() + "/events/2026-11-23.ndjson").rdbuf();
  return text.str();
}

std::string granted_token(const TestService& service, std::string_view region = "DE") {
  return "\"" + text_of(json_of(service.post_consent(service.consent(region))), "token") + "\"";
}

std::string refused_token(const TestService& service) {
  ConsentBody body = service.consent("US-CA");
  body.action = "\"reject_all\"";
  body.choices = R"({"analytics": "denied", "marketing": "denied"})";
  return "\"" + text_of(json_of(service.post_consent(body)), "token") + "\"";
}

}  // namespace

TEST_CASE("A consenting visitor's page view is stored, reduced and under pseudonyms") {
  TestService service;
  const std::string token = granted_token(service);
  CHECK(outcome(service.post_events(token, "[" + service.page_view() + "]")) == kAccepted);
  const std::string line = stored(service);
  const JsonParse parsed = parse_json(line);
  REQUIRE_FALSE(parsed.error);
  const JsonValue& event = parsed.value;
  CHECK(text_of(event, "path") == "/users/:email");
  CHECK(text_of(event, "referrer") == "elsewhere.example");
  CHECK(text_of(event, "country") == "DE");
  CHECK(text_of(event, "duration") == "0-10s");
  CHECK(text_of(event, "basis") == "consent");
  CHECK(text_of(event, "key_epoch") == "2026-11-23");
  CHECK(text_of(event, "visitor").size() == 22);
  CHECK(text_of(event, "session").size() == 22);
  CHECK(text_of(event, "session") != "AAAAAAAAAAAAAAAAAAAAAQ");
  CHECK(text_of(event, "campaign/source") == "news");
}

TEST_CASE("What is not allowed is dropped by its reason and stored nowhere") {
  TestService service;
  const std::string two = "[" + service.page_view() + "," + service.page_view() + "]";
  CHECK(outcome(service.post_events("null", two)) == dropped("no_record", 2));
  CHECK(outcome(service.post_events("\"1.forged.token\"", two)) == dropped("invalid_token", 2));
  CHECK(outcome(service.post_events(refused_token(service), two)) == dropped("opted_out", 2));
  CHECK(outcome(service.post_events("null", "[]")) == "{\"accepted\":0,\"dropped\":{}}");
  CHECK(stored(service).empty());
}

TEST_CASE("In an opt-out region events count by default: with a session, without a visitor") {
  TestService service;
  const http::Fields california{{"X-Forwarded-For", kCalifornianAddress}};
  const std::string events = "[" + service.page_view() + "]";
  CHECK(outcome(service.post_events("null", events, california)) == kAccepted);
  const JsonParse parsed = parse_json(stored(service));
  REQUIRE_FALSE(parsed.error);
  CHECK(text_of(parsed.value, "basis") == "opt_out_default");
  CHECK(parsed.value.find("visitor")->is_null());
  CHECK(text_of(parsed.value, "session").size() == 22);
  CHECK(text_of(parsed.value, "subdivision") == "US-CA");

  http::Fields with_signal = california;
  with_signal.emplace_back("Sec-GPC", "1");
  CHECK(outcome(service.post_events("null", events, with_signal)) == dropped("gpc"));
  http::Fields with_cookie = california;
  const std::string token = refused_token(service);
  with_cookie.emplace_back("Cookie", "__Host-dp_consent=" + token.substr(1, token.size() - 2));
  CHECK(outcome(service.post_events("null", events, with_cookie)) == dropped("opted_out"));
}

TEST_CASE("After a withdrawal the very next event is dropped") {
  TestService service;
  const std::string token = granted_token(service);
  const std::string events = "[" + service.page_view() + "]";
  REQUIRE(outcome(service.post_events(token, events)) == kAccepted);
  service.clock().advance(1s);
  ConsentBody body = service.consent("DE");
  body.action = "\"withdraw\"";
  body.choices = R"({"analytics": "denied", "marketing": "denied"})";
  REQUIRE(
      service
          .post_consent(body, {{"Authorization", "Consent " + token.substr(1, token.size() - 2)}})
          .status == 201);
  CHECK(outcome(service.post_events(token, events)) == dropped("withdrawn"));
}

TEST_CASE("One bad event does not cost the others") {
  TestService service;
  const std::string token = granted_token(service);
  const std::string body =
      "[" + service.page_view() +
      R"(, 7, {"type": "mouse_move", "time": "2026-11-23T10:00:00Z", "url": "/"},)"
      R"( {"type": "page_view", "time": "soon", "url": "/"},)"
      R"( {"type": "page_view", "time": "2026-11-23T10:00:00Z", "url": "/", "session": "short"},)"
      R"( {"type": "page_view", "time": "2026-11-21T10:00:00Z", "url": "/"}])";
  CHECK(outcome(service.post_events(token, body)) ==
        R"({"accepted":1,"dropped":{"invalid_event":4,"late":1}})");
}

TEST_CASE("Beacons come as text/plain: other types are 415") {
  TestService service;
  const std::string token = granted_token(service);
  const std::string events = "[" + service.page_view() + "]";
  CHECK(outcome(service.post_events(token, events,
                                    {{"Content-Type", "text/plain;charset=UTF-8"}})) == kAccepted);
  CHECK(service.post_events(token, events, {{"Content-Type", "application/octet-stream"}}).status ==
        415);
}

TEST_CASE("A body that is not one is refused as a whole") {
  TestService service;
  CHECK(service.post_events("7", "[]").status == 422);
  CHECK(service.post_events("null", "{}").status == 422);
  CHECK(service.post_events("null", "[], \"extra\": 1").status == 422);
  CHECK(service.post_events("null", "[").status == 400);
  std::string many = "[1";
  for (int i = 0; i < 100; ++i) many += ",1";
  CHECK(service.post_events("null", many + "]").status == 422);
  http::Request request =
      service.request("POST", "/v1/events", R"({"site": "other.example", "events": []})");
  CHECK(service.outside(request).status == 422);
}

TEST_CASE("When the sink takes nothing the answer is 503") {
  struct FullSink final : EventSink {
    std::optional<SinkFailure> read_day(
        Date, const std::function<void(std::string_view)>&) const override {
      return SinkFailure{"full"};
    }
    std::optional<SinkFailure> append(std::span<const PseudonymisedEvent>, TimePoint) override {
      return SinkFailure{"full"};
    }
    std::optional<SinkFailure> read(Date,
                                    const std::function<void(std::string_view)>&) const override {
      return SinkFailure{"full"};
    }
    Removal remove(std::span<const Pseudonym>, Date) override {
      return {.events = 0, .failure = SinkFailure{"full"}};
    }
    std::vector<Date> days() const override { return {}; }
    Removal remove_day(Date) override { return {.events = 0, .failure = SinkFailure{"full"}}; }
    std::optional<SinkFailure> probe() override { return SinkFailure{"full"}; }
  };
  TestService::Parts parts;
  parts.sink = std::make_unique<FullSink>();
  TestService service(std::move(parts));
  const http::Response response =
      service.post_events(granted_token(service), "[" + service.page_view() + "]");
  CHECK(response.status == 503);
  CHECK(response.header("Retry-After") == "5");
  const http::Response ready = service.inside(service.request("GET", "/readyz"));
  CHECK(ready.status == 503);
  CHECK_THAT(ready.body, Catch::Matchers::ContainsSubstring("The event sink cannot store: full"));
}
