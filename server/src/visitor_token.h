#pragma once
// The token a visitor presents, and the cookie it lives in.

#include <optional>
#include <string>
#include <string_view>

#include "consent/token.h"
#include "http/request.h"
#include "ledger/record.h"
#include "service.h"

namespace consent::server {

// "__Host-dp_consent", or "dp_consent" over plain HTTP on loopback.
std::string_view consent_cookie_name(const Service& service);

// The value of Authorization: Consent <token>, else of the cookie; verified. Empty when there is
// none, when two cookies differ, or when it does not verify.
std::optional<Token> presented_token(const Service& service, const http::Request& request);

// The token that answers a record: a grant's with its subject, else the refusal token of that day,
// which is the same for everybody. A pure function of the record.
Token token_for(const Record& record);

// The Set-Cookie field value for a token.
std::string consent_cookie(const Service& service, std::string_view token_text);

}  // namespace consent::server
