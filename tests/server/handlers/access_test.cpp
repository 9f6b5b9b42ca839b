// Who may call: origins, keys, rates, and the two listeners.

#include "support/catch.h"
#include "support/test_service.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;

namespace {

http::Request asking(const TestService& service, const std::string& authorization) {
  http::Request request = service.request("GET", "/v1/check");
  request.query = {{"site", kSite}, {"purpose", "analytics"}, {"subject", "x"}};
  if (!authorization.empty()) request.headers.emplace_back("Authorization", authorization);
  return request;
}

}  // namespace

TEST_CASE("The pipeline needs a key with the right scope") {
  TestService service;
  const std::string key = service.api_key("check");
  CHECK(service.inside(asking(service, "Bearer " + key)).status == 200);
  CHECK(service.inside(asking(service, "bearer " + key)).status == 200);
  for (const std::string& bad :
       {std::string(), "Bearer " + key + "x", std::string("Bearer"), "Basic " + key, key}) {
    const http::Response response = service.inside(asking(service, bad));
    CHECK(response.status == 401);
    CHECK(response.header("WWW-Authenticate") == "Bearer realm=\"consentd\"");
  }
  const http::Response response =
      service.inside(asking(service, "Bearer " + service.api_key("events,metrics")));
  CHECK(response.status == 403);
  CHECK(response.header("WWW-Authenticate").find("insufficient_scope") != std::string_view::npos);
}

TEST_CASE("Neither listener has what is the other's") {
  TestService service;
  for (const char* path : {"/v1/check", "/metrics", "/healthz", "/readyz"}) {
    INFO(path);
    CHECK(service.outside(service.request("GET", path)).status == 404);
    CHECK(service.outside(service.request("POST", path)).status == 404);
  }
  for (const char* path :
       {"/v1/notice", "/v1/consents", "/v1/events", "/v1/preferences", "/.well-known/gpc.json"}) {
    INFO(path);
    CHECK(service.inside(service.request("GET", path)).status == 404);
    CHECK(service.inside(service.request("POST", path)).status == 404);
  }
}

TEST_CASE("Answers are shared with exactly the site's origins") {
  TestService service;
  const auto post_from = [&](const http::Fields& headers) {
    return service.post_consent(service.consent("DE"), headers);
  };
  const http::Response allowed = post_from({{"Origin", kOrigin}});
  CHECK(allowed.status == 201);
  CHECK(allowed.header("Access-Control-Allow-Origin") == kOrigin);
  CHECK(allowed.header("Access-Control-Allow-Credentials") == "true");
  CHECK(allowed.header("Access-Control-Expose-Headers") == "ETag, Retry-After, X-Request-Id");
  CHECK(allowed.header("Vary") == "Origin");
  for (const char* foreign :
       {"https://elsewhere.example", "http://dialphone.com", "https://dialphone.com.evil.example",
        "https://dialphone.com:444", "null", "", "https://DIALPHONE.com"}) {
    INFO(foreign);
    const http::Response response = post_from({{"Origin", foreign}});
    CHECK(response.status == 403);
    CHECK(response.header("Access-Control-Allow-Origin").empty());
    CHECK(response.header("Access-Control-Expose-Headers").empty());
    CHECK(response.header("Vary") == "Origin");
  }
  const http::Response none = post_from({});
  CHECK(none.status == 201);
  CHECK(none.header("Access-Control-Allow-Origin").empty());
}

TEST_CASE("A page of the site can read why it was refused") {
  TestService service;
  http::Request request = service.request("POST", "/v1/consents", "{");
  request.headers.emplace_back("Origin", kOrigin);
  const http::Response response = service.outside(std::move(request));
  CHECK(response.status == 400);
  CHECK(response.header("Access-Control-Allow-Origin") == kOrigin);
}

TEST_CASE("A preflight is answered for the site's origins only") {
  TestService service;
  const auto preflight = [&](const char* path, const char* origin) {
    http::Request request = service.request("OPTIONS", path);
    request.headers.emplace_back("Origin", origin);
    request.headers.emplace_back("Access-Control-Request-Method", "POST");
    return service.outside(std::move(request));
  };
  for (const char* path : {"/v1/consents", "/v1/events"}) {
    const http::Response response = preflight(path, kOrigin);
    CHECK(response.status == 204);
    CHECK(response.header("Access-Control-Allow-Origin") == kOrigin);
    CHECK(response.header("Access-Control-Allow-Methods") == "POST");
    CHECK(response.header("Access-Control-Allow-Headers") == "Authorization, Content-Type");
    CHECK(response.header("Vary") == "Origin");
    CHECK(preflight(path, "https://elsewhere.example").status == 403);
    CHECK(
        preflight(path, "https://elsewhere.example").header("Access-Control-Allow-Origin").empty());
  }
}

TEST_CASE("Too many writes from one network are 429 with the time to wait") {
  TestService::Parts parts;
  parts.limits.network = {.per_second = 0.5, .burst = 2};
  TestService service(std::move(parts));
  CHECK(service.post_events("null", "[]").status == 202);
  CHECK(service.post_events("null", "[]").status == 202);
  const http::Response response = service.post_events("null", "[]");
  CHECK(response.status == 429);
  CHECK(response.header("Retry-After") == "2");
  CHECK(service.post_events("null", "[]", {{"X-Forwarded-For", kCalifornianAddress}}).status ==
        202);
  service.clock().advance(std::chrono::seconds(2));
  CHECK(service.post_events("null", "[]").status == 202);
}

TEST_CASE("Too many writes from everywhere are 429, too, and counted apart") {
  TestService::Parts parts;
  parts.limits.site = {.per_second = 0.25, .burst = 2};
  TestService service(std::move(parts));
  CHECK(service.post_events("null", "[]").status == 202);
  CHECK(service.post_events("null", "[]", {{"X-Forwarded-For", kCalifornianAddress}}).status ==
        202);
  const http::Response response = service.post_events("null", "[]");
  CHECK(response.status == 429);
  CHECK(response.header("Retry-After") == "4");
  CHECK(response.body.find("for this site") != std::string::npos);
  service.clock().advance(std::chrono::seconds(4));
  CHECK(service.post_consent(service.consent("DE")).status == 201);
}

TEST_CASE("Guessing ids of notices is limited like writing, reading those in force is not") {
  TestService::Parts parts;
  parts.limits.network = {.per_second = 1, .burst = 2};
  TestService service(std::move(parts));
  const auto status_of = [&](const std::string& id) {
    return service.outside(service.request("GET", "/v1/notices/" + id)).status;
  };
  const std::string unknown = "sha256:" + std::string(64, '0');
  CHECK(status_of(unknown) == 404);
  CHECK(status_of(unknown) == 404);
  CHECK(status_of(unknown) == 429);
  CHECK(status_of("nonsense") == 404);
  const PolicyVersion version = service.site().in_force(service.clock().now()).version;
  const std::string current = service.service().notices.find(version, "en").id;
  for (int i = 0; i < 5; ++i) CHECK(status_of(current) == 200);
}
