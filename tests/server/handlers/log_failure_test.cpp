// A transparency log that cannot be read: 503, a reason for the operator, and back by itself.

#include <chrono>
#include <thread>

#include "../audit/sample_log.h"
#include "audit/zone_logs.h"
#include "routes.h"
#include "support/catch.h"
#include "support/temporary_directory.h"
#include "support/test_service.h"

using namespace consent;
using namespace consent::server;
using namespace consent::testing;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("While the log cannot be read its routes are 503, and work again when it can") {
  const TemporaryDirectory directory;
  SampleLog written(directory.path().string());
  written.append(3);
  std::vector<std::string> reports;
  ZoneLogs logs;
  logs.on_failure([&](std::string_view detail) { reports.emplace_back(detail); });
  logs.add(Zone::eu,
           std::make_unique<ZoneLog>(directory.path().string(), "example.com/consent/eu"));
  TestService whole;
  Service service = whole.service();
  service.logs = &logs;
  http::Router outside;
  http::Router inside;
  add_public_routes(service, outside);
  add_internal_routes(service, inside);
  const std::string key = "Bearer " + whole.api_key("privacy");
  const auto status_of = [&](const http::Router& router, std::string_view path) {
    http::Request request = whole.request("GET", path);
    request.headers.emplace_back("Authorization", key);
    return router.dispatch(request);
  };
  const std::vector<std::string> outer = {"/v1/transparency/checkpoint",
                                          "/v1/transparency/eu/checkpoint",
                                          "/v1/transparency/tile/0/000.p/3"};
  const std::vector<std::string> inner = {"/v1/audit"};
  const auto check_all = [&](int status) {
    for (const std::string& path : outer) {
      INFO(path);
      CHECK(status_of(outside, path).status == status);
    }
    for (const std::string& path : inner) CHECK(status_of(inside, path).status == status);
    CHECK(status_of(inside, "/readyz").status == status);
  };
  check_all(200);
  CHECK(reports.empty());

  written.connection().execute("ALTER TABLE log_entries RENAME TO gone");
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));  // a checkpoint is a second old
  check_all(503);
  const http::Response answer = status_of(outside, "/v1/transparency/checkpoint");
  CHECK(answer.header("Retry-After") == "5");
  CHECK_THAT(answer.body, !ContainsSubstring("SQL"));
  CHECK_THAT(status_of(inside, "/readyz").body,
             ContainsSubstring("The log cannot be read: zone eu"));
  CHECK(reports.size() == outer.size() + inner.size() + 1);

  written.connection().execute("ALTER TABLE gone RENAME TO log_entries");
  check_all(200);
}
