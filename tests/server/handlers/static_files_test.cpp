#include "support/catch.h"
#include "support/test_service.h"

using namespace consent;
using namespace consent::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

const std::map<std::string, std::string> kFiles = {
    {"v1/banner.js", "banner"},           {"v1/banner.js.br", "BR"},
    {"v1/consent.3f9a01bc.wasm", "wasm"}, {"demo/pricing.html", "pricing"},
    {"demo/404.html", "no such page"},
};

http::Response fetch(const TestService& service, const std::string& path,
                     const http::Fields& headers = {}) {
  http::Request request = service.request("GET", path);
  request.headers.insert(request.headers.end(), headers.begin(), headers.end());
  return service.outside(request);
}

}  // namespace

TEST_CASE("A static file is served in the accepted encoding, with a validator for it") {
  TestService service;
  service.serve_files(kFiles);
  const http::Response brotli = fetch(service, "/v1/banner.js", {{"Accept-Encoding", "gzip, br"}});
  CHECK(brotli.content() == "BR");
  CHECK(brotli.header("Content-Encoding") == "br");
  CHECK_THAT(std::string(brotli.header("Vary")), ContainsSubstring("Accept-Encoding"));
  CHECK(brotli.header("Cache-Control") == "no-cache");
  const http::Response another = fetch(service, "/v1/banner.js", {{"Accept-Encoding", "br"}});
  REQUIRE(brotli.shared_body != nullptr);
  CHECK(another.shared_body == brotli.shared_body);
  const http::Response plain = fetch(service, "/v1/banner.js");
  CHECK(plain.content() == "banner");
  CHECK(plain.header("ETag") != brotli.header("ETag"));

  const std::string tag(brotli.header("ETag"));
  const http::Response same =
      fetch(service, "/v1/banner.js", {{"Accept-Encoding", "br"}, {"If-None-Match", tag}});
  CHECK(same.status == 304);
  CHECK(same.content().empty());
  CHECK(same.header("ETag") == tag);
  CHECK(fetch(service, "/v1/banner.js", {{"If-None-Match", tag}}).status == 200);
  CHECK(fetch(service, "/v1/banner.js", {{"Accept-Encoding", "*;q=0"}}).status == 406);
  CHECK_THAT(std::string(fetch(service, "/v1/consent.3f9a01bc.wasm").header("Cache-Control")),
             ContainsSubstring("immutable"));
}

TEST_CASE("A demo page carries its content security policy: what is not there is 404") {
  TestService service;
  service.serve_files(kFiles);
  CHECK_THAT(std::string(fetch(service, "/pricing").header("Content-Security-Policy")),
             ContainsSubstring("'wasm-unsafe-eval'"));
  const http::Fields browser{{"Accept", "text/html,*/*;q=0.8"}};
  CHECK(fetch(service, "/nothing", browser).status == 404);
  CHECK(fetch(service, "/nothing", browser).content() == "no such page");
  CHECK(fetch(service, "/nothing").status == 404);
  CHECK(fetch(service, "/nothing").header("Content-Type") == "application/problem+json");
  CHECK(fetch(service, "/v1/nothing", browser).header("Content-Type") ==
        "application/problem+json");
}

TEST_CASE("The GPC statement is the one the standard describes") {
  const TestService service;
  const http::Response response = fetch(service, "/.well-known/gpc.json");
  CHECK(response.body == R"({"gpc":true,"lastUpdate":"2026-04-01"})");
  CHECK(response.header("Content-Type") == "application/json");
}
