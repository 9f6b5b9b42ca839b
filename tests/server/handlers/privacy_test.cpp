// What must be found nowhere under the data directory: canaries in every place a visitor's data
// could slip through.

#include "formats/uuid.h"
#include "support/catch.h"
#include "support/test_service.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;

namespace {

bool holds(const std::string& bytes, std::string_view needle) {
  return bytes.find(needle) != std::string::npos;
}

std::string raw(const Uuid& uuid) { return {uuid.begin(), uuid.end()}; }

}  // namespace

TEST_CASE("Neither address, user agent nor raw event data reach a file") {
  TestService service;
  const JsonValue grant = json_of(service.post_consent(service.consent("DE")));
  const std::string token = "\"" + text_of(grant, "token") + "\"";
  REQUIRE(service.post_events(token, "[" + service.page_view() + "]").status == 202);
  REQUIRE(service
              .post_events("null", "[" + service.page_view() + "]",
                           {{"X-Forwarded-For", kCalifornianAddress}})
              .status == 202);
  service.post_events("null", "[" + service.page_view() + "]");
  const std::string bytes = service.all_bytes();
  for (const char* canary : {kGermanAddress, kCalifornianAddress, "198.51.100", "203.0.113",
                             "canary-agent", "canary-query", "canary-referrer", "canary-member",
                             "anna@example.com", "AAAAAAAAAAAAAAAAAAAAAQ"}) {
    INFO(canary);
    CHECK_FALSE(holds(bytes, canary));
  }
  CHECK_FALSE(holds(bytes, std::string("\xc6\x33\x64\x07", 4)));  // 198.51.100.7 as bytes
  CHECK_FALSE(holds(bytes, std::string("\xcb\x00\x71\x09", 4)));  // 203.0.113.9
  CHECK(holds(bytes, "/users/:email"));
}

TEST_CASE("A refusal leaves no identifier under the data directory") {
  TestService service;
  ConsentBody body = service.consent("DE");
  body.action = "\"reject_all\"";
  body.choices = R"({"analytics": "denied", "marketing": "denied"})";
  const std::string event = body.event.substr(1, 36);
  const http::Response response = service.post_consent(body);
  REQUIRE(response.status == 201);
  const JsonValue answer = json_of(response);
  const std::string id = text_of(answer, "record/id");
  const std::string bytes = service.all_bytes();
  CHECK_FALSE(holds(bytes, event));
  CHECK_FALSE(holds(bytes, raw(parse_uuid_v7(event).value())));
  CHECK_FALSE(holds(bytes, id));
  CHECK_FALSE(holds(bytes, raw(parse_uuid_v7(id).value())));
  CHECK_FALSE(holds(bytes, text_of(answer, "token")));
  CHECK(holds(bytes, "2026-11-23"));  // the day's counter
}

TEST_CASE("A grant's subject is in the ledger only, and in no event") {
  TestService service;
  const JsonValue grant = json_of(service.post_consent(service.consent("DE")));
  REQUIRE(
      service.post_events("\"" + text_of(grant, "token") + "\"", "[" + service.page_view() + "]")
          .status == 202);
  CHECK_FALSE(holds(service.all_bytes(), text_of(grant, "record/subject")));
  CHECK_FALSE(holds(service.all_bytes(), text_of(grant, "token")));
}
