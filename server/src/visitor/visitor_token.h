#pragma once
// The token a visitor presents, the one a visitor is given, and the cookie it lives in.

#include <optional>
#include <string>
#include <string_view>

#include "consent/token.h"
#include "http/request.h"
#include "service.h"

namespace consent::server {

// "__Host-dp_consent", or "dp_consent" over plain HTTP on loopback. Behind a trusted proxy that
// speaks HTTPS with the visitor it is the former, wherever the proxy stands.
std::string_view consent_cookie_name(const Service& service, const http::Request& request);

// The Set-Cookie field's value for a token.
std::string consent_cookie(const Service& service, const http::Request& request,
                           std::string_view token_text);

struct PresentedToken {
  bool present = false;        // something was presented, valid or not
  std::optional<Token> token;  // when it verifies
  // The subject whose grant it is; null when it names nobody.
  const SubjectId* subject() const {
    return token && token->kind == TokenKind::grant ? &token->subject : nullptr;
  }
  bool names(const SubjectId& who) const { return subject() != nullptr && *subject() == who; }
};
// From Authorization: Consent <token>, else from the cookie. Two different cookies are one that
// does not verify.
PresentedToken presented_token(const Service& service, const http::Request& request);

// The token that says what `state` says: a grant's names its subject; when nothing is granted it is
// the refusal token of that day, the same for everybody.
Token token_for(const RecordState& state, const SubjectId& subject);
Token refusal_token(Action action, Model model, PolicyVersion policy, Instant decided_at);

}  // namespace consent::server
