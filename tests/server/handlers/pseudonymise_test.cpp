#include "support/catch.h"
#include "support/test_service.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;
using namespace std::chrono_literals;

namespace {

struct Entry {
  bool kept = false;
  std::string reason;
  JsonValue event;
};

http::Response post(TestService& service, std::string body, std::string_view scopes = "events") {
  return service.inside(service.request("POST", "/v1/pseudonymize", std::move(body)), scopes);
}

// `members` are JSON, after those of a page view.
std::string sent(const TestService& service, const std::string& members) {
  std::string event = service.page_view();
  event.pop_back();
  return event + (members.empty() ? "" : ", " + members) + "}";
}

std::vector<Entry> results(TestService& service, const std::string& events,
                           const std::string& shared = "") {
  const http::Response response =
      post(service, R"({"site": "dialphone.com", )" + shared + R"("events": [)" + events + "]}");
  REQUIRE(response.status == 200);
  std::vector<Entry> entries;
  const JsonValue answer = json_of(response);
  for (const JsonValue& one : *answer.find("results")->array()) {
    const JsonValue* event = one.find("event");
    REQUIRE(event != nullptr);
    entries.push_back({!event->is_null(), text_of(one, "reason"), *event});
  }
  return entries;
}

struct Grant {
  std::string token;
  std::string subject;
};

Grant grant(const TestService& service, std::string_view region = "DE") {
  const JsonValue answer = json_of(service.post_consent(service.consent(region)));
  return {text_of(answer, "token"), text_of(answer, "record/subject")};
}

std::string quoted(std::string_view name, std::string_view text) {
  return "\"" + std::string(name) + "\": \"" + std::string(text) + "\"";
}

const std::string kGerman = quoted("ip", kGermanAddress);
const std::string kCalifornian = quoted("ip", kCalifornianAddress);

}  // namespace

TEST_CASE("Events come back in order, pseudonymised or null with the reason") {
  TestService service;
  const Grant visitor = grant(service);
  const std::string agent = quoted("user_agent", "Mozilla/5.0 (X11; Linux) Firefox/140.0");
  const auto entries = results(
      service, sent(service, kGerman + ", " + agent + ", " + quoted("token", visitor.token)) + "," +
                   sent(service, kGerman) + "," +
                   sent(service, kGerman + ", " + quoted("subject", visitor.subject)) + "," +
                   sent(service, kGerman + ", " + quoted("token", "1.forged.token")) + "," +
                   sent(service, kCalifornian) + "," +
                   sent(service, kCalifornian + ", \"gpc\": true"));
  REQUIRE(entries.size() == 6);
  CHECK(entries[0].reason == "granted");
  CHECK(text_of(entries[0].event, "path") == "/users/:email");
  CHECK(text_of(entries[0].event, "browser") == "Firefox");
  CHECK(text_of(entries[0].event, "country") == "DE");
  CHECK(text_of(entries[0].event, "visitor").size() == 22);
  CHECK_FALSE(entries[1].kept);
  CHECK(entries[1].reason == "no_record");
  CHECK(entries[2].reason == "granted");
  CHECK(text_of(entries[2].event, "visitor") == text_of(entries[0].event, "visitor"));
  CHECK(entries[3].reason == "invalid_token");
  CHECK(entries[4].reason == "opt_out_default");
  CHECK(entries[4].event.find("visitor")->is_null());
  CHECK(text_of(entries[4].event, "basis") == "opt_out_default");
  CHECK_FALSE(entries[5].kept);
  CHECK(entries[5].reason == "gpc");
}

TEST_CASE("The pseudonym is the one that POST /v1/events gives") {
  TestService service;
  const Grant visitor = grant(service);
  REQUIRE(
      service.post_events("\"" + visitor.token + "\"", "[" + service.page_view() + "]").status ==
      202);
  const auto entries =
      results(service, sent(service, kGerman + ", " + quoted("token", visitor.token)));
  const std::string pseudonym = text_of(entries.at(0).event, "visitor");
  REQUIRE(pseudonym.size() == 22);
  CHECK(service.all_bytes().find(pseudonym) != std::string::npos);
}

TEST_CASE("An address that is missing or unreadable is the strictest region") {
  TestService service;
  const auto entries =
      results(service, sent(service, "") + "," + sent(service, quoted("ip", "1.2.3")) + "," +
                           sent(service, quoted("ip", "")));
  for (const Entry& entry : entries) {
    CHECK_FALSE(entry.kept);
    CHECK(entry.reason == "no_record");
  }
}

TEST_CASE("What stands beside the events holds for each that does not say otherwise") {
  TestService service;
  const Grant visitor = grant(service);
  const std::string shared = quoted("token", visitor.token) + ", " + kGerman + ", ";
  const auto entries =
      results(service,
              sent(service, "") + "," + sent(service, quoted("token", "1.forged.token")) + "," +
                  sent(service, quoted("ip", "unreadable")),
              shared);
  CHECK(entries.at(0).reason == "granted");
  CHECK(text_of(entries.at(0).event, "country") == "DE");
  CHECK(entries.at(1).reason == "invalid_token");
  CHECK(entries.at(2).event.find("country")->is_null());
}

TEST_CASE("One bad raw event does not cost the others") {
  TestService service;
  const Grant visitor = grant(service);
  const std::string token = quoted("token", visitor.token);
  const auto entries =
      results(service, "7," + sent(service, token + ", " + quoted("subject", visitor.subject)) +
                           "," + sent(service, token + ", \"ip\": 4") + "," +
                           sent(service, token + ", \"gpc\": 1") + "," + sent(service, token));
  REQUIRE(entries.size() == 5);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK_FALSE(entries[i].kept);
    CHECK(entries[i].reason == "invalid_event");
  }
  CHECK(entries[4].kept);
}

TEST_CASE("A withdrawal stops the very next event, by token and by subject") {
  TestService service;
  const Grant visitor = grant(service);
  service.clock().advance(1s);
  ConsentBody body = service.consent("DE");
  body.action = "\"withdraw\"";
  body.choices = R"({"analytics": "denied", "marketing": "denied"})";
  REQUIRE(service.post_consent(body, {{"Authorization", "Consent " + visitor.token}}).status ==
          201);
  const auto entries = results(service, sent(service, quoted("token", visitor.token)) + "," +
                                            sent(service, quoted("subject", visitor.subject)));
  CHECK(entries.at(0).reason == "withdrawn");
  CHECK(entries.at(1).reason == "withdrawn");
}

TEST_CASE("Late events are answered late, and nothing of a request is kept") {
  TestService service;
  const Grant visitor = grant(service);
  const std::string old = R"({"type": "page_view", "time": "2026-11-20T10:00:00Z", "url": "/", )" +
                          quoted("token", visitor.token) + "}";
  const std::string before = service.all_bytes();
  const auto entries =
      results(service, old + "," +
                           sent(service, kGerman + ", " + quoted("token", visitor.token) + ", " +
                                             quoted("user_agent", "canary-agent/2")));
  CHECK(entries.at(0).reason == "late");
  CHECK(entries.at(1).reason == "granted");
  const std::string after = service.all_bytes();
  for (const char* canary : {kGermanAddress, "198.51.100", "canary-agent", "canary-query",
                             "canary-member", "anna@example.com", "/users/:email"}) {
    INFO(canary);
    CHECK(after.find(canary) == std::string::npos);
  }
  CHECK(before.find(".ndjson") == std::string::npos);
  CHECK(after.find(".ndjson") == std::string::npos);
}

TEST_CASE("A body that is none is refused, and so is a key without the scope") {
  TestService service;
  const auto status = [&](const std::string& body) { return post(service, body).status; };
  CHECK(status("{") == 400);
  CHECK(status(R"({"site": "other.example", "events": []})") == 422);
  CHECK(status(R"({"site": "dialphone.com"})") == 422);
  CHECK(status(R"({"site": "dialphone.com", "events": [], "extra": 1})") == 422);
  CHECK(status(R"({"site": "dialphone.com", "events": [], "ip": 7})") == 422);
  CHECK(status(R"({"site": "dialphone.com", "events": []})") == 200);
  std::string many = R"({"site": "dialphone.com", "events": [1)";
  for (std::size_t i = 0; i < 10'000; ++i) many += ",1";
  CHECK(status(many + "]}") == 422);
  CHECK(post(service, "{}", "check").status == 403);
  http::Request stranger = service.request("POST", "/v1/pseudonymize", "{}");
  CHECK(service.inside(std::move(stranger)).status == 401);
}
