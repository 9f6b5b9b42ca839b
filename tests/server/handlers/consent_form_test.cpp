// POST /v1/consents as a form without script.

#include "routes.h"
#include "support/catch.h"
#include "support/test_service.h"
#include "visitor/visitor_token.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;

namespace {

std::string unquoted(const std::string& text) { return text.substr(1, text.size() - 2); }

// The hidden fields of the preferences page, and what the visitor pressed.
std::string form(const TestService& service, const std::string& pressed) {
  const ConsentBody body = service.consent("DE");
  return "site=dialphone.com&event=" + unquoted(body.event) + "&ticket=" + unquoted(body.ticket) +
         "&notice=" + unquoted(body.notice) + "&policy=" + body.policy + "&language=en&" + pressed;
}

http::Response post(const TestService& service, const std::string& body,
                    const http::Fields& headers = {}) {
  http::Request request = service.request("POST", "/v1/consents", body);
  request.headers.back().second = "application/x-www-form-urlencoded; charset=utf-8";
  for (const auto& field : headers) request.headers.push_back(field);
  return service.outside(std::move(request));
}

std::string token_in(const http::Response& response) {
  const std::string cookie(response.header("Set-Cookie"));
  const auto start = cookie.find('=') + 1;
  return cookie.substr(start, cookie.find(';') - start);
}

}  // namespace

TEST_CASE("A form is answered 303 back, with the cookie") {
  TestService service;
  const http::Response response =
      post(service, form(service, "action=accept_all&return=%2Fpricing%3Fx%3D1"));
  REQUIRE(response.status == 303);
  CHECK(response.header("Location") == "/pricing?x=1");
  CHECK(reason_of(service.check("token", token_in(response))) == "granted");
}

TEST_CASE("A saved form grants exactly what it says") {
  TestService service;
  const auto reason = [&](const std::string& pressed) {
    const http::Response response = post(service, form(service, pressed));
    REQUIRE(response.status == 303);
    return reason_of(service.check("token", token_in(response)));
  };
  CHECK(reason("action=save&choices.analytics=granted&choices.marketing=denied") == "granted");
  CHECK(reason("action=save&choices.analytics=denied") == "refused");
  CHECK(reason("action=save") == "refused");
  CHECK(reason("action=reject_all&choices.analytics=granted") == "refused");
}

TEST_CASE("The form of somebody who granted before is about the same subject") {
  TestService service;
  const http::Response first = post(service, form(service, "action=accept_all"));
  const std::string cookie = "__Host-dp_consent=" + token_in(first);
  service.clock().advance(std::chrono::minutes(1));
  REQUIRE(post(service, form(service, "action=withdraw"), {{"Cookie", cookie}}).status == 303);
  CHECK(reason_of(service.check("token", token_in(first))) == "withdrawn");
}

TEST_CASE("The way back never leaves the site") {
  TestService service;
  for (const char* bad :
       {"https%3A%2F%2Felsewhere.example%2F", "%2F%2Felsewhere.example", "%2F%5Celsewhere.example",
        "javascript%3Aalert(1)", "pricing", "", "%2Fa%0D%0ASet-Cookie%3A%20x"}) {
    INFO(bad);
    const http::Response response =
        post(service, form(service, std::string("action=reject_all&return=") + bad));
    CHECK(response.status == 303);
    CHECK(response.header("Location") == "/v1/preferences");
  }
}

TEST_CASE("A form that comes days later leads to its page, which says why") {
  TestService service;
  const std::string late = form(service, "action=accept_all");
  service.clock().advance(std::chrono::hours(30));
  const http::Response response = post(service, late);
  REQUIRE(response.status == 303);
  CHECK(response.header("Location") == "/v1/preferences?late=1&language=en");
  CHECK(response.header("Set-Cookie").empty());
  http::Request again = service.request("GET", "/v1/preferences");
  again.query = {{"late", "1"}, {"language", "en"}};
  const std::string words = service.service().site.text.at("en").at("late");
  CHECK(service.outside(again).body.find("role=\"status\">" + words) != std::string::npos);
  again.query = {{"language", "en"}};
  CHECK(service.outside(again).body.find(words) == std::string::npos);
}

TEST_CASE("A broken form is a readable problem") {
  TestService service;
  CHECK(post(service, form(service, "action=agree")).status == 422);
  CHECK(post(service, form(service, "action=default")).status == 422);
  CHECK(post(service, form(service, "action=save&choices.analytics=maybe")).status == 422);
  CHECK(post(service, "site=dialphone.com&action=accept_all").status == 422);
  const http::Response response = post(service, "site=%zz");
  CHECK(response.status == 400);
  CHECK(response.header("Content-Type") == "application/problem+json");
}

TEST_CASE("A form of another origin is refused") {
  TestService service;
  CHECK(post(service, form(service, "action=accept_all"), {{"Origin", "https://elsewhere.example"}})
            .status == 403);
  CHECK(post(service, form(service, "action=accept_all"), {{"Origin", "null"}}).status == 403);
  CHECK(post(service, form(service, "action=accept_all"), {{"Origin", kOrigin}}).status == 303);
}

TEST_CASE("Over plain HTTP on loopback the cookie has its own name and no Secure") {
  TestService service;
  const Service& whole = service.service();
  Service loopback = whole;
  loopback.loopback_public = true;
  CHECK(consent_cookie(loopback, http::Request{}, "T") ==
        "dp_consent=T; Path=/; SameSite=Lax; Max-Age=15724800");
  CHECK(consent_cookie(whole, http::Request{}, "T") ==
        "__Host-dp_consent=T; Path=/; Secure; SameSite=Lax; Max-Age=15724800");
  http::Router router;
  add_public_routes(loopback, router);
  http::Request request = service.request("POST", "/v1/consents", service.consent("DE").json());
  const http::Response response = router.dispatch(request);
  CHECK(response.header("Set-Cookie").starts_with("dp_consent=1."));
}
