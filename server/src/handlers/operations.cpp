#include "handlers/operations.h"

#include <string>

#include "audit/zone_logs.h"
#include "events/event_sink.h"
#include "handlers/requests.h"
#include "http/problem.h"
#include "ledger/ledger.h"
#include "telemetry/metrics.h"

namespace consent::server {
namespace {

std::string readiness(const Service& service) {
  std::string text = "ready\n";
  for (const Zone zone : service.ledger.zones_being_checked()) {
    text += "the integrity check of zone " + std::string(to_text(zone)) + " is running\n";
  }
  return text;
}

}  // namespace

http::Response handle_healthz(const Service&, const http::Request&) {
  http::Response response = http::text_response(200, "text/plain; charset=utf-8", "ok\n");
  response.set("Cache-Control", "no-store");
  return response;
}

http::Response handle_readyz(const Service& service, const http::Request&) {
  std::string detail;
  if (const auto failure = service.ledger.probe()) {
    detail += "The ledger cannot store: " + failure->detail;
  }
  if (service.logs != nullptr) {
    if (const std::string failure = service.logs->failure(); !failure.empty()) {
      detail += (detail.empty() ? "" : ". ") + ("The log cannot be read: " + failure);
    }
  }
  if (const auto failure = service.sink.probe()) {
    detail += (detail.empty() ? "" : ". ") + ("The event sink cannot store: " + failure->detail);
  }
  if (!detail.empty()) {
    http::Response response = http::problem(503, detail);
    response.set("Retry-After", "5");
    return response;
  }
  http::Response response =
      http::text_response(200, "text/plain; charset=utf-8", readiness(service));
  response.set("Cache-Control", "no-store");
  return response;
}

http::Response handle_metrics(const Service& service, const http::Request&) {
  http::Response response = http::text_response(200, "text/plain; version=0.0.4; charset=utf-8",
                                                service.metrics.render() + request_gauges(service));
  response.set("Cache-Control", "no-store");
  return response;
}

}  // namespace consent::server
