#include "handlers/data_subject.h"

#include "handlers/residency.h"
#include "http/problem.h"
#include "site/site_policy.h"
#include "site/site_rules.h"
#include "visitor/visitor_token.h"
#include "wire/json_writer.h"

namespace consent::server {

std::variant<DataSubject, http::Response> data_subject(const Service& service,
                                                       const http::Request& request,
                                                       std::string_view path) {
  const PresentedToken presented = presented_token(service, request);
  if (!presented.token) {
    http::Response response = http::problem(
        401, "Present the consent token: the cookie, or Authorization: Consent <token>.");
    response.set("WWW-Authenticate", "Consent");
    return response;
  }
  const Token& token = *presented.token;
  DataSubject subject;
  if (token.kind != TokenKind::grant) return subject;
  subject.id = token.subject;
  subject.known = service.ledger.state_of(service.site.site, token.subject);
  if (subject.known.failure) return unreadable();
  if (subject.known.zone) return subject;
  const TimePoint decided = std::chrono::time_point_cast<TimePoint::duration>(token.decided_at);
  const Zone home = zone_for(token.region, service.rules.regime_of(token.region, decided).regime);
  if (!service.ledger.holds(home)) return misdirected(service, "/token", home, path);
  return subject;
}

http::Response unreadable() {
  http::Response response =
      http::problem(503, "What is held cannot be read at the moment. Ask again later.");
  response.set("Retry-After", "5");
  return response;
}

http::Response private_json(int status, std::string_view media_type, const JsonValue& json) {
  http::Response response = http::text_response(status, media_type, to_json(json));
  response.set("Cache-Control", "private, no-store");
  return response;
}

}  // namespace consent::server
