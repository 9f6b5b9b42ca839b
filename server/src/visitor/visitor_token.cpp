#include "visitor/visitor_token.h"

#include "consent/cookie_header.h"
#include "http/fields.h"
#include "keys/keyring.h"
#include "site/site_policy.h"

namespace consent::server {
namespace {

constexpr std::string_view kScheme = "Consent ";
constexpr std::string_view kLifetime = "; Max-Age=15724800";  // kConsentLifetime
static_assert(kConsentLifetime == std::chrono::seconds(15'724'800));

TokenKind refusal_kind(Action action, Model model) {
  switch (action) {
    case Action::gpc:
      return TokenKind::gpc;
    case Action::withdraw:
      return TokenKind::withdrawn;
    case Action::none:
    case Action::accept_all:
    case Action::reject_all:
    case Action::save:
    case Action::default_state:
      break;
  }
  return model == Model::opt_out ? TokenKind::opted_out : TokenKind::refused;
}

bool is_plain_loopback(const Service& service, const http::Request& request) {
  return service.loopback_public && !service.visitors.arrived_by_https(request);
}

}  // namespace

std::string_view consent_cookie_name(const Service& service, const http::Request& request) {
  return is_plain_loopback(service, request) ? "dp_consent" : "__Host-dp_consent";
}

std::string consent_cookie(const Service& service, const http::Request& request,
                           std::string_view token_text) {
  std::string cookie(consent_cookie_name(service, request));
  cookie.append("=").append(token_text).append("; Path=/");
  if (!is_plain_loopback(service, request)) cookie += "; Secure";
  return cookie.append("; SameSite=Lax").append(kLifetime);
}

PresentedToken presented_token(const Service& service, const http::Request& request) {
  const std::string authorization = request.header("Authorization");
  if (authorization.size() > kScheme.size() &&
      http::same_field_name(std::string_view(authorization).substr(0, kScheme.size()), kScheme)) {
    const auto text = http::trim_blanks(std::string_view(authorization).substr(kScheme.size()));
    return {.present = true, .token = service.keyring.verify_token(service.site.site, text)};
  }
  const std::string cookies = request.header("Cookie");
  const CookieValue cookie = find_cookie(cookies, consent_cookie_name(service, request));
  if (cookie.lookup == CookieLookup::absent) return {};
  if (cookie.lookup == CookieLookup::ambiguous) return {.present = true, .token = std::nullopt};
  return {.present = true, .token = service.keyring.verify_token(service.site.site, cookie.value)};
}

Token token_for(const RecordState& state, const SubjectId& subject) {
  if (!state.choices.any_granted()) {
    return refusal_token(state.action, state.model, state.policy, state.decided_at);
  }
  return {.kind = TokenKind::grant,
          .decided_at = state.decided_at,
          .policy = state.policy,
          .choices = state.choices,
          .action = state.action,
          .region = state.region,
          .gpc = state.gpc,
          .subject = subject};
}

Token refusal_token(Action action, Model model, PolicyVersion policy, Instant decided_at) {
  Token token;
  token.kind = refusal_kind(action, model);
  token.decided_at = std::chrono::floor<std::chrono::days>(decided_at);
  token.policy = policy;
  token.choices.set(Purpose::analytics, Choice::denied);
  token.choices.set(Purpose::marketing, Choice::denied);
  token.action = Action::none;
  return token;
}

}  // namespace consent::server
