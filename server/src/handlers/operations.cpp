#include "handlers/operations.h"

#include <string>

#include "events/event_sink.h"
#include "http/problem.h"
#include "ledger/ledger.h"
#include "metrics.h"

namespace consent::server {

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
  if (const auto failure = service.sink.probe()) {
    detail += (detail.empty() ? "" : ". ") + ("The event sink cannot store: " + failure->detail);
  }
  if (!detail.empty()) {
    http::Response response = http::problem(503, detail);
    response.set("Retry-After", "5");
    return response;
  }
  http::Response response = http::text_response(200, "text/plain; charset=utf-8", "ready\n");
  response.set("Cache-Control", "no-store");
  return response;
}

http::Response handle_metrics(const Service& service, const http::Request&) {
  http::Response response = http::text_response(200, "text/plain; version=0.0.4; charset=utf-8",
                                                service.metrics.render());
  response.set("Cache-Control", "no-store");
  return response;
}

}  // namespace consent::server
