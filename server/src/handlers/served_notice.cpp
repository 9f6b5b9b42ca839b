#include "handlers/served_notice.h"

#include "keys/ticket.h"
#include "ledger/ledger.h"
#include "telemetry/metrics.h"

namespace consent::server {

ServedNotice serve_notice(const Service& service, const http::Request& request, Layer layer) {
  const TimePoint now = service.clock.now();
  const std::string accepted = request.header("Accept-Language");
  const std::string language =
      choose_language(service.site, request.parameter("language").value_or(accepted));
  const Notice& notice = service.notices.find(service.site.in_force(now).version, language);
  Visitor visitor = service.visitors.resolve(request, now);
  Ticket ticket;
  ticket.site = service.site.site;
  ticket.notice = notice.id;
  ticket.policy = notice.policy;
  ticket.regime = visitor.regime.id;
  ticket.model = visitor.regime.model;
  ticket.region = visitor.region;
  ticket.region_source = visitor.source;
  ticket.zone = visitor.zone;
  ticket.issued_at = now;
  service.metrics.count_notice(visitor.regime.id, notice.language);
  service.ledger.count_serving(visitor.zone, {.day = std::chrono::floor<std::chrono::days>(now),
                                              .site = service.site.site,
                                              .regime = visitor.regime.id,
                                              .language = notice.language,
                                              .layer = layer});
  return {now, std::move(visitor), notice, seal_ticket(service.keyring, ticket)};
}

}  // namespace consent::server
